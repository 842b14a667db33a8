import { inspectContainer, pauseContainer } from '../drivers/docker.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const pauseContainerFault = defineFault({
  meta: {
    id: 'pause-container',
    title: 'Freeze a container: it accepts connections but never answers',
    needs: ['docker'],
    leaves: 'hung',
    blastRadius: 'The container; its clients hang until their own timeouts.',
    params: {},
  },
  async prepare(part) {
    const { socket, container } = offered(part, 'docker')
    const { id, running, paused } = await inspectContainer(socket, container)
    if (!running || paused) throw notSteady(`container ${container} is ${paused ? 'paused' : 'not running'}, so it cannot be paused`)
    return {
      undo: { driver: 'docker', state: 'running', socket, container, id },
      async apply() {
        await pauseContainer(socket, id)
        const after = await inspectContainer(socket, id)
        if (!after.paused) throw new Error(`Docker accepted the pause, yet container ${container} is not paused`)
        return { detail: `container ${container} (${id.slice(0, 12)}) is paused` }
      },
    }
  },
})

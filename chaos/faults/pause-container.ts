import { containerToHarm, inspectContainer, pauseContainer } from '../drivers/docker-driver.ts'
import { defineFault, offered } from '../fault.ts'

export const pauseContainerFault = defineFault({
  meta: {
    id: 'pause-container',
    title: 'Freeze a container: it accepts connections but never answers',
    needs: ['docker'],
    leaves: 'hung',
    blastRadius: 'The container; its clients hang until their own timeouts.',
    undone: 'The container runs and is not paused.',
    params: {},
  },
  async prepare(part) {
    const docker = offered(part, 'docker')
    const { socket, container } = docker
    const { id } = await containerToHarm(docker, 'paused')
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

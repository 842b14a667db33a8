import { inspectContainer, killContainer } from '../drivers/docker.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const killContainerFault = defineFault({
  meta: {
    id: 'kill-container',
    title: 'Kill a container and keep it dead',
    needs: ['docker'],
    blastRadius: 'The container; its name no longer resolves on its networks, published ports refuse connections.',
    params: {},
  },
  async prepare(part) {
    const { socket, container } = offered(part, 'docker')
    const { id, running, paused } = await inspectContainer(socket, container)
    if (!running || paused) throw notSteady(`container ${container} is ${paused ? 'paused' : 'not running'}, so it cannot be killed`)
    return {
      undo: { driver: 'docker', state: 'running', socket, container, id },
      async apply() {
        await killContainer(socket, id)
        const after = await inspectContainer(socket, id)
        if (after.running) throw new Error(`container ${container} was killed, yet it runs (a supervisor may have restarted it)`)
        return { detail: `container ${container} (${id.slice(0, 12)}) is dead` }
      },
    }
  },
})

import { containerToHarm, inspectContainer, killContainer, stopContainer } from '../drivers/docker-driver.ts'
import { defineFault, offered } from '../fault.ts'
import { killProcessFault } from './kill-process.ts'

export const killContainerFault = defineFault({
  meta: {
    id: 'kill-container',
    title: 'Kill or stop a container and keep it dead',
    needs: ['docker'],
    leaves: 'down',
    blastRadius: 'The container; its name no longer resolves on its networks, published ports refuse connections.',
    undone: 'The container runs and is not paused.',
    params: killProcessFault.meta.params,
  },
  async prepare(part, params) {
    const docker = offered(part, 'docker')
    const { socket, container } = docker
    const { id } = await containerToHarm(docker, 'killed')
    return {
      undo: { driver: 'docker', state: 'running', socket, container, id },
      async apply() {
        await (String(params['how']) === 'stop' ? stopContainer : killContainer)(socket, id)
        const after = await inspectContainer(socket, id)
        if (after.running) throw new Error(`container ${container} was killed, yet it runs (a supervisor may have restarted it)`)
        return { detail: `container ${container} (${id.slice(0, 12)}) is dead` }
      },
    }
  },
})

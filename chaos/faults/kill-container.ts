import { inspectContainer, killContainer, stopContainer } from '../drivers/docker.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const killContainerFault = defineFault({
  meta: {
    id: 'kill-container',
    title: 'Kill or stop a container and keep it dead',
    needs: ['docker'],
    leaves: 'down',
    blastRadius: 'The container; its name no longer resolves on its networks, published ports refuse connections.',
    params: {
      how: {
        kind: 'choice',
        default: 'kill',
        choices: ['kill', 'stop'],
        title: 'kill takes it away at once; stop asks it to end, so that it can write down what it has in memory',
      },
    },
  },
  async prepare(part, params) {
    const { socket, container } = offered(part, 'docker')
    const { id, running, paused } = await inspectContainer(socket, container)
    if (!running || paused) throw notSteady(`container ${container} is ${paused ? 'paused' : 'not running'}, so it cannot be killed`)
    return {
      undo: { driver: 'docker', state: 'running', socket, container, id },
      async apply() {
        await (params.how === 'stop' ? stopContainer : killContainer)(socket, id)
        const after = await inspectContainer(socket, id)
        if (after.running) throw new Error(`container ${container} was killed, yet it runs (a supervisor may have restarted it)`)
        return { detail: `container ${container} (${id.slice(0, 12)}) is dead` }
      },
    }
  },
})

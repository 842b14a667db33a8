import { containerToHarm, engine } from '../drivers/docker-driver.ts'
import { attachments, disconnect } from '../drivers/docker-network.ts'
import { defineFault, notSteady, offered } from '../fault.ts'

export const disconnectContainerFault = defineFault({
  meta: {
    id: 'disconnect-container',
    title: 'Take a container off its networks: it runs, and nothing reaches it',
    needs: ['docker'],
    leaves: 'down',
    blastRadius:
      'The container; its name no longer resolves, connections that are open hang until their own timeouts, published ports refuse connections.',
    undone: 'The container is on each of its networks again, by the same names.',
    params: {},
  },
  async prepare(part) {
    const docker = offered(part, 'docker')
    const { socket, container } = docker
    const { id } = await containerToHarm(docker, 'disconnected')
    const client = await engine(socket)
    const info = await client.getContainer(id).inspect()
    const networks = attachments(info)
    // The host's network cannot be left: https://docs.docker.com/engine/network/drivers/host/
    if (networks.length === 0 || ['host', 'none'].includes(info.HostConfig.NetworkMode ?? ''))
      throw notSteady(`container ${container} is on no network that it can be taken off`)
    return {
      undo: { driver: 'docker-network', state: 'connected', socket, container, id, networks },
      async apply() {
        await disconnect(socket, id, networks)
        const left = attachments(await client.getContainer(id).inspect())
        if (left.length > 0)
          throw new Error(`Docker accepted the disconnect, yet container ${container} is on ${left.length} of its networks`)
        return { detail: `container ${container} (${id.slice(0, 12)}) is on none of its ${networks.length} networks` }
      },
    }
  },
})

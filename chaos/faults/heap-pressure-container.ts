import { orderInContainer } from '../drivers/container-jvm.ts'
import { containerToHarm } from '../drivers/docker-driver.ts'
import { defineFault, offered } from '../fault.ts'
import { heapPressureFault, reached } from './heap-pressure.ts'

export const heapPressureContainerFault = defineFault({
  meta: {
    id: 'heap-pressure-container',
    title: "Hold a share of the heap of a container's JVM by an attached agent",
    needs: ['containerJvm', 'docker'],
    blastRadius: 'The JVM: more garbage collection, less room for requests. Two small files lie in /tmp of the container until the end.',
    undone: 'The agent holds nothing and its files are gone.',
    params: heapPressureFault.meta.params,
  },
  async prepare(part, params) {
    const docker = offered(part, 'docker')
    const { heapAgentJar, pid } = offered(part, 'containerJvm')
    const { id, startedAt } = await containerToHarm(docker, 'put under heap pressure')
    const where = { socket: docker.socket, container: docker.container, id, pid, heapAgentJar }
    return {
      undo: { driver: 'container-jvm', state: 'released', startedAt, ...where },
      async apply() {
        const status = await orderInContainer(where, `hold=${String(params['share'])},expiry_ms=${Number(params['expirySeconds']) * 1_000}`)
        return { detail: reached(`container ${docker.container}`, status, Number(params['share'])) }
      },
    }
  },
})

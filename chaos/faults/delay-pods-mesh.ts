import { chosenContainers } from '../drivers/chaos-mesh-undo.ts'
import { nameOf, type Workload } from '../drivers/kubernetes-driver.ts'
import { reachable, reachedIn } from '../drivers/network-policy.ts'
import { placeOf, type PodContainer } from '../drivers/pod-containers.ts'
import { notSteady } from '../fault.ts'
import { defineMeshFault } from '../mesh-fault.ts'

/** A busy machine makes an answer later, and never earlier. */
const TRIES = 3

export const delayPodsMeshFault = defineMeshFault({
  kind: 'NetworkChaos',
  meta: {
    id: 'delay-pods-mesh',
    title: 'Delay all that the pods of a Kubernetes workload send (NetworkChaos delay of Chaos Mesh), where it is seen to',
    blastRadius:
      'Every packet that the pods which are there when it begins send, answers to scrapes and probes too. A new connection and its first answer take at least twice the delay.',
    undone: 'The NetworkChaos is gone, the pods reach the API server in less than the delay, and all are ready.',
    params: {
      latencyMs: { kind: 'integer', default: 1_000, min: 100, max: 20_000, title: 'delay added to each packet that is sent' },
    },
  },
  harm: 'injected',
  inContainer: true,
  async prepare(workload, pods, { latencyMs }, { signal }) {
    const { containers } = await chosenContainers(workload)
    await reachable(workload, containers, signal)
    for (const each of containers) {
      const ms = await fastest(workload, each, latencyMs, signal)
      if (ms >= latencyMs) throw notSteady(`pod ${each.pod} takes ${ms} ms to reach the API server as it is: a delay could not be seen`)
    }
    const slow: number[] = []
    return {
      containers,
      withinMs: latencyMs,
      spec: { action: 'delay', direction: 'to', delay: { latency: `${latencyMs}ms` } },
      async missing() {
        for (const each of containers.slice(slow.length)) {
          const ms = await fastest(workload, each, latencyMs, signal)
          // No answer is no delay.
          if (ms === Infinity) return `pod ${each.pod} gets no answer of the API server`
          if (ms < latencyMs) return `pod ${each.pod} reaches the API server in ${ms} ms`
          slow.push(ms)
        }
        return undefined
      },
      done: () => `delays ${pods.length} pods of ${nameOf(workload)}: an answer of the API server takes ${Math.min(...slow)} ms or more`,
    }
  },
})

/** In ms; infinite where there is no answer. */
async function fastest(workload: Workload, each: PodContainer, latencyMs: number, signal: AbortSignal): Promise<number> {
  let least = Infinity
  for (let left = TRIES; left > 0; left -= 1) {
    const { seen, ms } = await reachedIn(placeOf(workload, each), 1 + Math.ceil(latencyMs / 250), signal)
    if (seen === 'reached') least = Math.min(least, ms)
  }
  return least
}

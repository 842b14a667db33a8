import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { injectByMesh, meshedWorkload, meshMissed, meshPermissions, type Chaos } from '../drivers/chaos-mesh-driver.ts'
import { chosenContainers } from '../drivers/chaos-mesh-undo.ts'
import { nameOf, type Workload } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen } from '../drivers/kubernetes-keepers.ts'
import { reachable, reachedIn } from '../drivers/network-policy.ts'
import { placeOf, type PodContainer } from '../drivers/pod-containers.ts'
import { EXEC_PERMISSIONS } from '../drivers/pod-exec.ts'
import { defineFault, notPossible, notSteady, offered, type Permission } from '../fault.ts'

const POLL_MS = 500
/** A busy machine makes an answer later, and never earlier. */
const TRIES = 3

export const delayPodsMeshFault = defineFault({
  meta: {
    id: 'delay-pods-mesh',
    title: 'Delay all that the pods of a Kubernetes workload send (NetworkChaos delay of Chaos Mesh), where it is seen to',
    needs: ['kubernetes', 'chaosMesh'],
    blastRadius:
      'Every packet that the pods which are there when it begins send, answers to scrapes and probes too. A new connection and its first answer take at least twice the delay.',
    undone: 'The NetworkChaos is gone, the pods reach the API server in less than the delay, and all are ready.',
    params: {
      latencyMs: { kind: 'integer', default: 1_000, min: 100, max: 20_000, title: 'delay added to each packet that is sent' },
      injectedSeconds: { kind: 'integer', default: 60, min: 1, max: 600, title: 'refused where the pods are not slow within this' },
    },
  },
  permissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'injected'),
  async prepare(part, { latencyMs, injectedSeconds }, context) {
    const workload = offered(part, 'kubernetes')
    const { state, keepers, pods, selector } = await meshedWorkload(workload, 'NetworkChaos', permissions(part))
    const { containers } = await chosenContainers(workload)
    await reachable(workload, containers, context.signal)
    for (const each of containers) {
      const ms = await fastest(workload, each, latencyMs, context.signal)
      if (ms >= latencyMs) throw notSteady(`pod ${each.pod} takes ${ms} ms to reach the API server as it is: a delay could not be seen`)
    }
    const chaos: Chaos = { workload, kind: 'NetworkChaos', name: `firedrill-${context.token}` }
    return {
      undo: { driver: 'chaos-mesh', state: 'absent', ...chaos, containers, withinMs: latencyMs },
      async apply() {
        const spec = { selector, action: 'delay', direction: 'to', delay: { latency: `${latencyMs}ms` } }
        await injectByMesh(chaos, spec, pods, injectedSeconds, context)
        const deadline = performance.now() + 1_000 * injectedSeconds
        const seen: number[] = []
        for (const each of containers) {
          let ms: number
          while (!isDelayed((ms = await fastest(workload, each, latencyMs, context.signal)), latencyMs)) {
            if (performance.now() >= deadline)
              throw notPossible(
                `NetworkChaos ${chaos.name} is Injected by its status, and ${injectedSeconds} s later pod ${each.pod} ${ms === Infinity ? 'gets no answer of the API server' : `reaches the API server in ${ms} ms`}`,
                'MESH_NO_EFFECT',
              )
            await delay(POLL_MS, undefined, { signal: context.signal })
          }
          seen.push(ms)
        }
        const slow = `NetworkChaos ${chaos.name} delays ${pods.length} pods of ${nameOf(workload)}: an answer of the API server takes ${Math.min(...seen)} ms or more`
        return {
          detail: `${slow}${besidesText(keepers, state.wanted, 'injected')}`,
          missed: () => meshMissed(chaos, state, pods),
        }
      },
    }
  },
})

/** No answer is no delay. */
function isDelayed(ms: number, latencyMs: number): boolean {
  return ms >= latencyMs && ms < Infinity
}

/** In ms; infinite where there is no answer. */
async function fastest(workload: Workload, each: PodContainer, latencyMs: number, signal: AbortSignal): Promise<number> {
  let least = Infinity
  for (let left = TRIES; left > 0; left -= 1) {
    const { seen, ms } = await reachedIn(placeOf(workload, each), 1 + Math.ceil(latencyMs / 250), signal)
    if (seen === 'reached') least = Math.min(least, ms)
  }
  return least
}

function permissions(part: TargetPart): readonly Permission[] {
  return [...meshPermissions(part, 'NetworkChaos'), ...EXEC_PERMISSIONS]
}

import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { injectByMesh, meshedWorkload, meshMissed, meshPermissions, type Chaos } from '../drivers/chaos-mesh-driver.ts'
import { meshContainers, runsAsBefore } from '../drivers/chaos-mesh-undo.ts'
import { nameOf } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen } from '../drivers/kubernetes-keepers.ts'
import { defineFault, notPossible, offered, type Permission } from '../fault.ts'

const POLL_MS = 250

export const failPodsMeshFault = defineFault({
  meta: {
    id: 'fail-pods-mesh',
    title: 'Let all pods of a Kubernetes workload fail and keep them so (PodChaos pod-failure of Chaos Mesh)',
    needs: ['kubernetes', 'chaosMesh'],
    leaves: 'down',
    blastRadius:
      'All containers of the pods that are there when it begins: each runs an image that does nothing. A pod without a readinessProbe stays in its Service and refuses connections.',
    undone: 'The PodChaos is gone, the containers run their own image again, and all pods are ready.',
    params: {
      injectedSeconds: { kind: 'integer', default: 60, min: 1, max: 600, title: 'refused where the pods do not fail within this' },
    },
  },
  permissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'injected'),
  async prepare(part, { injectedSeconds }, context) {
    const workload = offered(part, 'kubernetes')
    const { state, keepers, pods, selector } = await meshedWorkload(workload, 'PodChaos', permissions(part))
    const containers = (await meshContainers(workload)).filter(({ id }) => id !== '')
    const chaos: Chaos = { workload, kind: 'PodChaos', name: `firedrill-${context.token}` }
    return {
      undo: { driver: 'chaos-mesh', state: 'absent', ...chaos, containers },
      async apply() {
        await injectByMesh(chaos, { selector, action: 'pod-failure' }, pods, injectedSeconds, context)
        // A container that is to end may take its grace period for it.
        const deadline = performance.now() + 1_000 * injectedSeconds
        for (;;) {
          const now = await meshContainers(workload)
          const whole = containers.find((before) => now.some((each) => isSame(each, before) && runsAsBefore(each, before)))
          if (whole === undefined) break
          if (performance.now() >= deadline)
            throw notPossible(
              `PodChaos ${chaos.name} is Injected by its status, and container ${whole.container} of pod ${whole.pod} runs its own image ${injectedSeconds} s later`,
              'MESH_NO_EFFECT',
            )
          await delay(POLL_MS, undefined, { signal: context.signal })
        }
        const failed = `PodChaos ${chaos.name} keeps ${pods.length} pods of ${nameOf(workload)} failed: no container runs its image`
        return {
          detail: `${failed}${besidesText(keepers, state.wanted, 'injected')}`,
          missed: () => meshMissed(chaos, state, pods),
        }
      },
    }
  },
})

function isSame(now: { uid: string; container: string }, before: typeof now): boolean {
  return now.uid === before.uid && now.container === before.container
}

function permissions(part: TargetPart): readonly Permission[] {
  return meshPermissions(part, 'PodChaos')
}

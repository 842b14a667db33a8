import type { TargetPart } from '../../verify/model/target.ts'
import { injectByMesh, meshedWorkload, meshMissed, meshPermissions, type Chaos } from '../drivers/chaos-mesh-driver.ts'
import { chosenContainers } from '../drivers/chaos-mesh-undo.ts'
import { nameOf } from '../drivers/kubernetes-driver.ts'
import { besidesText, foreseen } from '../drivers/kubernetes-keepers.ts'
import { reachable, reachingStill } from '../drivers/network-policy.ts'
import { EXEC_PERMISSIONS } from '../drivers/pod-exec.ts'
import { defineFault, notPossible, offered, type Permission } from '../fault.ts'

export const partitionPodsMeshFault = defineFault({
  meta: {
    id: 'partition-pods-mesh',
    title: 'Drop all packets of all pods of a Kubernetes workload (NetworkChaos partition of Chaos Mesh), where it is seen to',
    needs: ['kubernetes', 'chaosMesh'],
    leaves: 'hung',
    blastRadius:
      'All traffic to and from the pods that are there when it begins, open connections too: clients hang until their own timeouts. A livenessProbe over the network restarts the container.',
    undone: 'The NetworkChaos is gone, the pods reach the API server again, and all are ready.',
    params: {
      injectedSeconds: { kind: 'integer', default: 60, min: 1, max: 600, title: 'refused where the pods are not cut off within this' },
    },
  },
  permissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'injected'),
  async prepare(part, { injectedSeconds }, context) {
    const workload = offered(part, 'kubernetes')
    const { state, keepers, pods, selector } = await meshedWorkload(workload, 'NetworkChaos', permissions(part))
    const { containers } = await chosenContainers(workload)
    await reachable(workload, containers, context.signal)
    const chaos: Chaos = { workload, kind: 'NetworkChaos', name: `firedrill-${context.token}` }
    return {
      undo: { driver: 'chaos-mesh', state: 'absent', ...chaos, containers },
      async apply() {
        await injectByMesh(chaos, { selector, action: 'partition', direction: 'both' }, pods, injectedSeconds, context)
        const pod = await reachingStill(workload, containers, injectedSeconds, context.signal)
        if (pod !== undefined)
          throw notPossible(
            `NetworkChaos ${chaos.name} is Injected by its status, and pod ${pod} reaches the API server ${injectedSeconds} s later`,
            'MESH_NO_EFFECT',
          )
        const cut = `NetworkChaos ${chaos.name} cuts off ${pods.length} pods of ${nameOf(workload)}: none reaches the API server`
        return {
          detail: `${cut}${besidesText(keepers, state.wanted, 'injected')}`,
          missed: () => meshMissed(chaos, state, pods),
        }
      },
    }
  },
})

function permissions(part: TargetPart): readonly Permission[] {
  return [...meshPermissions(part, 'NetworkChaos'), ...EXEC_PERMISSIONS]
}

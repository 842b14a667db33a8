import type { TargetPart } from '../../verify/model/target.ts'
import { mayDo, nameOf, selectorText } from '../drivers/kubernetes-driver.ts'
import { processFaultPermissions } from '../drivers/container-processes.ts'
import { besidesText, changedSince, foreseen, keptWorkload } from '../drivers/kubernetes-keepers.ts'
import { denyAll, POLICY_PERMISSIONS, policiesOn, reachable, reachingStill } from '../drivers/network-policy.ts'
import { containersToHarm } from '../drivers/pod-containers.ts'
import { defineFault, notPossible, offered, type Permission } from '../fault.ts'

export const isolatePodsFault = defineFault({
  meta: {
    id: 'isolate-pods',
    title: 'Cut the network of all pods of a Kubernetes workload (NetworkPolicy), where it is seen to be enforced',
    needs: ['kubernetes'],
    leaves: 'hung',
    blastRadius: 'All traffic to and from the pods; some network plugins let open connections live on, and let the node itself through.',
    undone: 'The NetworkPolicy is gone, and the pods reach the API server again.',
    params: {
      enforcedSeconds: {
        kind: 'integer',
        default: 15,
        min: 1,
        max: 120,
        title: 'refused where the network has not cut them off after this',
      },
    },
  },
  permissions,
  besides: (part) => foreseen(offered(part, 'kubernetes'), 'cut'),
  async prepare(part, { enforcedSeconds }, { token, signal, step }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, permissions(part))
    const { state, keepers } = await keptWorkload(workload)
    const { labels, podSelector, others } = state
    if (others > 0)
      throw notPossible(`the selector of ${nameOf(workload)} (${selectorText(podSelector)}) selects ${others} pods of others as well`)
    const [policy] = await policiesOn(workload, labels)
    if (policy !== undefined)
      throw notPossible(
        `NetworkPolicy ${policy} selects pods of ${nameOf(workload)}, and what it allows no other takes away. Take it out for the drill, or use scale-away`,
      )
    const { containers } = await containersToHarm(workload)
    await reachable(workload, containers, signal)
    const name = `firedrill-${token}`
    return {
      undo: { driver: 'network-policy', state: 'absent', workload, policy: name, containers },
      async apply() {
        await denyAll(workload, name, podSelector)
        await step('apply:denied')
        const pod = await reachingStill(workload, containers, enforcedSeconds, signal)
        if (pod !== undefined)
          throw notPossible(
            `the cluster's network does not enforce NetworkPolicies. Pod ${pod} reaches the API server ${enforcedSeconds} s after one forbade it all traffic`,
            'POLICY_NOT_ENFORCED',
          )
        const cut = `NetworkPolicy ${name} cuts off ${containers.length} pods of ${nameOf(workload)}: none reaches the API server`
        return { detail: `${cut}${besidesText(keepers, state.wanted, 'cut')}`, missed: () => changedSince(workload, state) }
      },
    }
  },
})

function permissions(part: TargetPart): readonly Permission[] {
  return [...processFaultPermissions(part), ...POLICY_PERMISSIONS]
}

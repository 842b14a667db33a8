import { chosenContainers } from '../drivers/chaos-mesh-undo.ts'
import { nameOf } from '../drivers/kubernetes-driver.ts'
import { reachable, reachingStill } from '../drivers/network-policy.ts'
import { defineMeshFault } from '../mesh-fault.ts'

export const partitionPodsMeshFault = defineMeshFault({
  kind: 'NetworkChaos',
  meta: {
    id: 'partition-pods-mesh',
    title: 'Drop all packets of all pods of a Kubernetes workload (NetworkChaos partition of Chaos Mesh), where it is seen to',
    leaves: 'hung',
    blastRadius:
      'All traffic to and from the pods that are there when it begins, open connections too: clients hang until their own timeouts. A livenessProbe over the network restarts the container.',
    undone: 'The NetworkChaos is gone, the pods reach the API server again, and all are ready.',
    params: {},
  },
  harm: 'injected',
  inContainer: true,
  async prepare(workload, pods, { injectedSeconds }, { signal }) {
    const { containers } = await chosenContainers(workload)
    await reachable(workload, containers, signal)
    return {
      containers,
      spec: { action: 'partition', direction: 'both' },
      async missing() {
        const pod = await reachingStill(workload, containers, injectedSeconds, signal)
        return pod === undefined ? undefined : `pod ${pod} reaches the API server`
      },
      done: () => `cuts off ${pods.length} pods of ${nameOf(workload)}: none reaches the API server`,
    }
  },
})

import { meshContainers, runsAsBefore } from '../drivers/chaos-mesh-undo.ts'
import { nameOf } from '../drivers/kubernetes-driver.ts'
import { defineMeshFault } from '../mesh-fault.ts'

export const failPodsMeshFault = defineMeshFault({
  kind: 'PodChaos',
  meta: {
    id: 'fail-pods-mesh',
    title: 'Let all pods of a Kubernetes workload fail and keep them so (PodChaos pod-failure of Chaos Mesh)',
    leaves: 'down',
    blastRadius:
      'All containers of the pods that are there when it begins: each runs an image that does nothing. A pod without a readinessProbe stays in its Service and refuses connections.',
    undone: 'The PodChaos is gone, the containers run their own image again, and all pods are ready.',
    params: {},
  },
  harm: 'injected',
  async prepare(workload, pods) {
    const containers = (await meshContainers(workload)).filter(({ id }) => id !== '')
    return {
      containers,
      spec: { action: 'pod-failure' },
      // A container that is to end may take its grace period for it.
      async missing() {
        const now = await meshContainers(workload)
        const whole = containers.find((before) => now.some((each) => isSame(each, before) && runsAsBefore(each, before)))
        return whole === undefined ? undefined : `container ${whole.container} of pod ${whole.pod} runs its own image`
      },
      done: () => `keeps ${pods.length} pods of ${nameOf(workload)} failed: no container runs its image`,
    }
  },
})

function isSame(now: { uid: string; container: string }, before: typeof now): boolean {
  return now.uid === before.uid && now.container === before.container
}

import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { deletePod, mayDo, nameOf, podIsThere, workloadToHarm } from '../drivers/kubernetes-driver.ts'
import { KEEPER_PERMISSIONS, keepersOf } from '../drivers/kubernetes-keepers.ts'
import { defineFault, notSteady, offered, type Permission } from '../fault.ts'

export const deletePodFault = defineFault({
  meta: {
    id: 'delete-pod',
    title: 'Delete one pod of a Kubernetes workload at once; its controller makes another',
    needs: ['kubernetes'],
    blastRadius: 'One pod of the workload, until its successor is ready. Refused where a PodDisruptionBudget allows none.',
    undone: 'The workload has all its pods ready; its controller does that by itself.',
    params: {},
  },
  permissions,
  async prepare(part, _params, { signal }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, permissions(part))
    const { uid, wanted, selector, labels } = await workloadToHarm(workload)
    const { budgets } = await keepersOf(workload, labels)
    const spent = budgets.find(({ allows }) => allows === 0)
    if (spent !== undefined)
      throw notSteady(
        `PodDisruptionBudget ${spent.name} allows no pod of ${nameOf(workload)} to be taken away now: add a pod, or leave the experiment out with --skip`,
      )
    return {
      undo: { driver: 'kubernetes', state: 'ready', workload, uid, replicas: wanted },
      async apply() {
        const pod = await deletePod(workload, selector)
        while (await podIsThere(workload, pod)) {
          signal.throwIfAborted()
          await delay(100)
        }
        return { detail: `pod ${pod.name} of ${nameOf(workload)} is deleted` }
      },
    }
  },
})

function permissions(part: TargetPart): readonly Permission[] {
  return [
    { verb: 'get', group: 'apps', resource: `${offered(part, 'kubernetes').kind}s` },
    { verb: 'list', group: '', resource: 'pods' },
    { verb: 'delete', group: '', resource: 'pods' },
    ...KEEPER_PERMISSIONS,
  ]
}

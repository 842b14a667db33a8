import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { deletePod, mayDo, nameOf, podIsThere } from '../drivers/kubernetes-driver.ts'
import { besidesText, changedSince, foreseen, KEEPER_PERMISSIONS, keptWorkload, type Keepers } from '../drivers/kubernetes-keepers.ts'
import { defineFault, notPossible, notSteady, offered, type Permission } from '../fault.ts'

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
  besides: (part) => {
    const workload = offered(part, 'kubernetes')
    return foreseen(workload, 'deleted', (keepers) => refusal(nameOf(workload), keepers))
  },
  async prepare(part, _params, { signal }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, permissions(part))
    const { state, keepers } = await keptWorkload(workload)
    const { uid, wanted, selector } = state
    const never = refusal(nameOf(workload), keepers)
    if (never !== undefined) throw notPossible(never)
    const spent = keepers.budgets.find(({ allows }) => allows === 0)
    if (spent !== undefined) throw notSteady(`PodDisruptionBudget ${spent.name} allows no pod of ${nameOf(workload)} to be taken away now`)
    return {
      undo: { driver: 'kubernetes', state: 'ready', workload, uid, replicas: wanted },
      async apply() {
        const pod = await deletePod(workload, selector)
        while (await podIsThere(workload, pod)) {
          signal.throwIfAborted()
          await delay(100)
        }
        return {
          detail: `pod ${pod.name} of ${nameOf(workload)} is deleted${besidesText(keepers, wanted, 'deleted')}`,
          missed: () => changedSince(workload, state),
        }
      },
    }
  },
})

function refusal(named: string, { budgets }: Keepers): string | undefined {
  const never = budgets.find((each) => each.never)
  if (never === undefined) return undefined
  return `PodDisruptionBudget ${never.name} never allows a pod of ${named} to be taken away: add a pod, or leave the experiment out with --skip`
}

function permissions(part: TargetPart): readonly Permission[] {
  return [
    { verb: 'get', group: 'apps', resource: `${offered(part, 'kubernetes').kind}s` },
    { verb: 'list', group: '', resource: 'pods' },
    { verb: 'delete', group: '', resource: 'pods' },
    ...KEEPER_PERMISSIONS,
  ]
}

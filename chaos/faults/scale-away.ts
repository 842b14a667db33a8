import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { inspectWorkload, mayDo, nameOf, scaleWorkload, workloadToHarm } from '../drivers/kubernetes-driver.ts'
import { besidesText, KEEPER_PERMISSIONS, keepersOf } from '../drivers/kubernetes-keepers.ts'
import { defineFault, notPossible, offered, type Permission } from '../fault.ts'

export const scaleAwayFault = defineFault({
  meta: {
    id: 'scale-away',
    title: 'Take all pods of a Kubernetes workload away and keep them away (scale to 0)',
    needs: ['kubernetes'],
    leaves: 'down',
    blastRadius: 'The workload; its Service has no endpoints. A HorizontalPodAutoscaler pauses by itself while it is scaled to 0.',
    undone: 'The workload has the number of pods that it had, all ready.',
    params: {},
  },
  permissions,
  async prepare(part, _params, { signal }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, permissions(part))
    const { uid, wanted, managedBy, labels } = await workloadToHarm(workload)
    if (managedBy !== undefined)
      throw notPossible(
        `${nameOf(workload)} is kept by ${managedBy}, which would bring its pods back: suspend its sync for the drill, or use delete-pod`,
      )
    const keepers = await keepersOf(workload, labels)
    // https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation
    const awake = keepers.autoscalers.find(({ least }) => least === 0)
    if (awake !== undefined)
      throw notPossible(
        `HorizontalPodAutoscaler ${awake.name} may want 0 pods of ${nameOf(workload)}. Such a one does not pause at 0: give it a minReplicas of 1 for the drill, or use delete-pod`,
      )
    return {
      undo: { driver: 'kubernetes', state: 'ready', workload, uid, replicas: wanted },
      async apply() {
        const left = await scaleWorkload(workload, wanted, 0, signal)
        if (left !== 0) throw new Error(`${nameOf(workload)} had ${wanted} pods, and another has scaled it to ${left}`)
        for (;;) {
          const now = await inspectWorkload(workload)
          if (now === null) throw new Error(`${nameOf(workload)} was removed meanwhile`)
          if (now.wanted > 0) throw new Error(`${nameOf(workload)} was scaled to 0, and another has scaled it to ${now.wanted}`)
          if (now.pods === 0)
            return { detail: `${nameOf(workload)} is scaled from ${wanted} to 0 and has no pod left${besidesText(keepers)}` }
          signal.throwIfAborted()
          await delay(200)
        }
      },
    }
  },
})

function permissions(part: TargetPart): readonly Permission[] {
  const resource = `${offered(part, 'kubernetes').kind}s`
  return [
    { verb: 'get', group: 'apps', resource },
    { verb: 'get', group: 'apps', resource, subresource: 'scale' },
    { verb: 'patch', group: 'apps', resource, subresource: 'scale' },
    { verb: 'list', group: '', resource: 'pods' },
    ...KEEPER_PERMISSIONS,
  ]
}

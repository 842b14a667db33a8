import { setTimeout as delay } from 'node:timers/promises'
import type { TargetPart } from '../../verify/model/target.ts'
import { inspectWorkload, LEFT_ALONE, mayDo, nameOf, scaleWorkload } from '../drivers/kubernetes-driver.ts'
import { besidesText, changedSince, foreseen, KEEPER_PERMISSIONS, keptWorkload, type Keepers } from '../drivers/kubernetes-keepers.ts'
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
  besides: (part) => {
    const workload = offered(part, 'kubernetes')
    return foreseen(workload, 'scaled', (keepers) => refusal(nameOf(workload), keepers))
  },
  async prepare(part, _params, { signal }) {
    const workload = offered(part, 'kubernetes')
    await mayDo(workload, permissions(part))
    const { state, keepers } = await keptWorkload(workload)
    const { uid, wanted } = state
    const refused = refusal(nameOf(workload), keepers)
    if (refused !== undefined) throw notPossible(refused)
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
            return {
              detail: `${nameOf(workload)} is scaled from ${wanted} to 0 and has no pod left${besidesText(keepers, wanted, 'scaled')}`,
              missed: () => changedSince(workload, state, 0),
            }
          signal.throwIfAborted()
          await delay(200)
        }
      },
    }
  },
})

/** Who would fight this fault. */
function refusal(named: string, { managedBy, autoscalers }: Keepers): string | undefined {
  if (managedBy !== undefined) {
    const alone = managedBy.startsWith('Flux') ? `annotate it with ${LEFT_ALONE}: disabled for the drill, ` : ''
    return `${named} is kept by ${managedBy}, which would bring its pods back: ${alone}use freeze-pods or delete-pod, or leave the experiment out with --skip`
  }
  // https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#implicit-maintenance-mode-deactivation
  const awake = autoscalers.find(({ least }) => least === 0)
  if (awake === undefined) return undefined
  return `HorizontalPodAutoscaler ${awake.name} may want 0 pods of ${named}. Such a one does not pause at 0: give it a minReplicas of 1 for the drill, or use delete-pod`
}

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

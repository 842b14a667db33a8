import type { V1LabelSelector, V2MetricSpec } from '@kubernetes/client-node'
import { configOf, inspectWorkload, nameOf, workloadToHarm, type Workload, type WorkloadState } from './kubernetes-driver.ts'
import type { Permission } from '../fault.ts'

/** What else has a say in how many pods a workload has, and in which. */
export interface Keepers {
  /** HorizontalPodAutoscalers of the workload: bounds of its pods, by what (`cpu`, `Pods rps`), and how many each wants now. */
  autoscalers: { name: string; least: number; most: number; by: string[]; wants: number }[]
  /** PodDisruptionBudgets of its pods, by how many may be taken away now; `never`: none, as long as all its pods are healthy. */
  budgets: { name: string; allows: number; never: boolean }[]
  /** Argo CD or Flux, and by which mark that is known. */
  managedBy?: string
  /** An operator's object. */
  madeBy?: string
}

/** What a fault does, as far as those care. */
export type Harm = 'scaled' | 'deleted' | 'frozen' | 'busy' | 'full' | 'cut' | 'injected'

/** Of every fault on a workload, besides its own. */
export const KEEPER_PERMISSIONS: readonly Permission[] = [
  { verb: 'list', group: 'autoscaling', resource: 'horizontalpodautoscalers' },
  { verb: 'list', group: 'policy', resource: 'poddisruptionbudgets' },
]

/** The workload that a fault is to harm (refused as by workloadToHarm), and who else decides of its pods. */
export async function keptWorkload(workload: Workload): Promise<{ state: WorkloadState; keepers: Keepers }> {
  const state = await workloadToHarm(workload)
  return { state, keepers: await keepersOf(workload, state) }
}

async function keepersOf(workload: Workload, { labels, managedBy, madeBy }: WorkloadState): Promise<Keepers> {
  const { namespace } = workload
  const { PolicyV1Api } = await import('@kubernetes/client-node')
  const autoscalers = await autoscalersOf(workload)
  const budgets = await (await configOf(workload)).makeApiClient(PolicyV1Api).listNamespacedPodDisruptionBudget({ namespace })
  return {
    autoscalers,
    budgets: budgets.items.flatMap(({ metadata, spec, status }) => {
      if (spec?.selector === undefined || !selects(spec.selector, labels)) return []
      const allows = status?.disruptionsAllowed ?? 0
      return [{ name: metadata?.name ?? '', allows, never: allows === 0 && (status?.desiredHealthy ?? 0) >= (status?.expectedPods ?? 1) }]
    }),
    ...(managedBy === undefined ? {} : { managedBy }),
    ...(madeBy === undefined ? {} : { madeBy }),
  }
}

async function autoscalersOf(workload: Workload): Promise<Keepers['autoscalers']> {
  const { kind, name, namespace } = workload
  const { AutoscalingV2Api } = await import('@kubernetes/client-node')
  const { items } = await (await configOf(workload)).makeApiClient(AutoscalingV2Api).listNamespacedHorizontalPodAutoscaler({ namespace })
  return items.flatMap(({ metadata, spec, status }) => {
    if (spec?.scaleTargetRef.kind.toLowerCase() !== kind || spec.scaleTargetRef.name !== name) return []
    const by = (spec.metrics ?? []).map(metricOf)
    return [{ name: metadata?.name ?? '', least: spec.minReplicas ?? 1, most: spec.maxReplicas, by, wants: status?.desiredReplicas ?? 0 }]
  })
}

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/#HorizontalPodAutoscalerSpec */
function metricOf({ type, resource, containerResource, pods, object, external }: V2MetricSpec): string {
  return resource?.name ?? containerResource?.name ?? `${type} ${(pods ?? object ?? external)?.metric.name ?? ''}`.trim()
}

/** Who is there, and what of the harm each would answer. */
export function besides({ autoscalers, budgets, managedBy, madeBy }: Keepers, wanted: number, harm: Harm): string[] {
  return [
    ...autoscalers.map((each) => `HorizontalPodAutoscaler ${each.name} ${answerOf(each, wanted, harm)}`),
    ...budgets.map(({ name, allows }) => `PodDisruptionBudget ${name} ${budgetSays(allows, harm)}`),
    ...(managedBy === undefined ? [] : [`${managedBy} keeps it: a sync meanwhile may make its pods anew`]),
    ...(madeBy === undefined
      ? []
      : [`it is made by ${madeBy}, whose controller may ${harm === 'scaled' ? 'bring its pods back' : 'make its pods anew'}`]),
  ]
}

function answerOf({ least, most, by }: Keepers['autoscalers'][number], wanted: number, harm: Harm): string {
  if (harm === 'scaled') return 'pauses meanwhile'
  const has = `(${least} to ${most} pods${by.length === 0 ? '' : ` by ${by.join(', ')}`})`
  const raised = harm === 'busy' ? 'cpu' : harm === 'full' ? 'memory' : undefined
  if (raised !== undefined && by.includes(raised))
    return wanted >= most
      ? `${has} has as many pods as it may, so it adds none`
      : `${has} adds pods when it sees that, and these are not harmed`
  return `${has} may add or remove pods meanwhile${harm === 'cut' ? '' : '; those that come are not harmed'}`
}

function budgetSays(allows: number, harm: Harm): string {
  if (harm === 'scaled') return 'does not hold it back'
  if (harm === 'deleted') return `allows ${allows} now, of which this is one`
  return 'counts its pods that are not ready: a drain of a node may wait for them'
}

/** Before a drill: who is there, and the refusal that is foreseen. Reads only; empty where there is no such workload. */
export async function foreseen(
  workload: Workload,
  harm: Harm,
  refusal: (keepers: Keepers) => string | undefined = () => undefined,
): Promise<string[]> {
  const state = await inspectWorkload(workload)
  if (state === null) return []
  const keepers = await keepersOf(workload, state)
  const refused = refusal(keepers)
  return refused === undefined ? besides(keepers, state.wanted, harm) : [`it will be refused: ${refused}`]
}

/** For the sentence that says what a fault did. */
export function besidesText(...args: Parameters<typeof besides>): string {
  const named = besides(...args)
  return named.length === 0 ? '' : `; ${named.join(', ')}`
}

/**
 * What others have done to a workload since it was looked at, in words; undefined: nothing. `wanted`: the number of pods that the fault has
 * left it.
 */
export async function changedSince(workload: Workload, before: WorkloadState, wanted = before.wanted): Promise<string | undefined> {
  const now = await inspectWorkload(workload)
  if (now === null) return `${nameOf(workload)} was removed meanwhile`
  if (now.uid !== before.uid) return `${nameOf(workload)} was made anew meanwhile`
  const isScaled = now.wanted !== wanted
  const done = [
    ...(now.revision === before.revision ? [] : ['rolled out']),
    ...(isScaled ? [`scaled from ${wanted} to ${now.wanted}`] : []),
  ]
  if (done.length === 0) return undefined
  const by = isScaled ? (await autoscalersOf(workload)).find(({ wants }) => wants === now.wanted) : undefined
  const why = [
    ...(by === undefined ? [] : [`as HorizontalPodAutoscaler ${by.name} wants`]),
    ...(now.managedBy === undefined ? [] : [`${now.managedBy} keeps it`]),
  ]
  return [`${nameOf(workload)} was ${done.join(' and ')} meanwhile`, ...why].join(', ')
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
export function selects({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key]
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value)
        case 'NotIn':
          return value === undefined || !values.includes(value)
        case 'Exists':
          return value !== undefined
        default:
          return value === undefined
      }
    })
  )
}

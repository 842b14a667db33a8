import type { V1LabelSelector } from '@kubernetes/client-node'
import { configOf, type Workload } from './kubernetes-driver.ts'
import type { Permission } from '../fault.ts'

/** What else has a say in how many pods a workload has. */
export interface Keepers {
  /** HorizontalPodAutoscalers of the workload, by the least number of pods that each wants. */
  autoscalers: { name: string; least: number }[]
  /** PodDisruptionBudgets of its pods, by how many may be taken away now. */
  budgets: { name: string; allows: number }[]
}

/** For the access reviews of a fault that asks for them. */
export const KEEPER_PERMISSIONS: readonly Permission[] = [
  { verb: 'list', group: 'autoscaling', resource: 'horizontalpodautoscalers' },
  { verb: 'list', group: 'policy', resource: 'poddisruptionbudgets' },
]

/** `labels`: of the workload's pods. */
export async function keepersOf(workload: Workload, labels: Readonly<Record<string, string>>): Promise<Keepers> {
  const { kind, name, namespace } = workload
  const { AutoscalingV2Api, PolicyV1Api } = await import('@kubernetes/client-node')
  const config = await configOf(workload)
  const autoscalers = await config.makeApiClient(AutoscalingV2Api).listNamespacedHorizontalPodAutoscaler({ namespace })
  const budgets = await config.makeApiClient(PolicyV1Api).listNamespacedPodDisruptionBudget({ namespace })
  return {
    autoscalers: autoscalers.items.flatMap(({ metadata, spec }) =>
      spec?.scaleTargetRef.kind.toLowerCase() === kind && spec.scaleTargetRef.name === name
        ? [{ name: metadata?.name ?? '', least: spec.minReplicas ?? 1 }]
        : [],
    ),
    budgets: budgets.items.flatMap(({ metadata, spec, status }) =>
      spec?.selector !== undefined && selects(spec.selector, labels)
        ? [{ name: metadata?.name ?? '', allows: status?.disruptionsAllowed ?? 0 }]
        : [],
    ),
  }
}

/** For the sentence that says what a fault did: who is there and does not hold it back. */
export function besidesText({ autoscalers, budgets }: Keepers): string {
  const named = [
    ...autoscalers.map(({ name }) => `HorizontalPodAutoscaler ${name} pauses meanwhile`),
    ...budgets.map(({ name }) => `PodDisruptionBudget ${name} does not hold it back`),
  ]
  return named.length === 0 ? '' : `; ${named.join(', ')}`
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

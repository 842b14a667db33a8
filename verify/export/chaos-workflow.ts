import type { Plan, PlannedExperiment } from '../model/plan.ts'
import type { FaultUse } from '../model/spec.ts'

/** An object for `kubectl apply`. */
export type Manifest = Record<string, unknown>

export interface Exported {
  objects: Manifest[]
  /** What has no equivalent there, in words: it is left out. */
  leftOut: string[]
}

export interface Where {
  namespace: string
  /** By which label pods of a part are found, e.g. app.kubernetes.io/name. */
  label: string
}

interface Step {
  name: string
  atMs: number
  holdMs: number
  fault: FaultUse
}

/**
 * The faults of a plan as one Workflow of Chaos Mesh: every experiment in parallel, each with its waits and holds as planned for the worst
 * case. A drill ends a hold as soon as all is seen; a Workflow holds it to its end.
 * https://chaos-mesh.org/docs/create-chaos-mesh-workflow/
 */
export function chaosWorkflow(plan: Plan, where: Where): Exported {
  const leftOut: string[] = []
  const known = (step: Step): boolean => {
    if (meansOf(step.fault, where) !== undefined) return true
    leftOut.push(`${step.name}: ${step.fault.id} on ${step.fault.target} has no equivalent in Chaos Mesh`)
    return false
  }
  const rows = [...plan.experiments.map(stepsOf), ...(plan.outages ?? []).map(outageSteps)]
    .map((steps) => steps.filter(known))
    .filter((steps) => steps.length > 0)
  const serials = rows.map((steps) => serial(steps, where))
  const entry = {
    name: 'drill',
    templateType: 'Parallel',
    deadline: seconds(plan.makespanMs + 60_000),
    children: serials.map(({ name }) => name),
  }
  const workflow = {
    apiVersion: 'chaos-mesh.org/v1alpha1',
    kind: 'Workflow',
    metadata: { name: 'firedrill', namespace: where.namespace },
    spec: { entry: entry.name, templates: [entry, ...serials.flatMap(({ templates }) => templates)] },
  }
  return { objects: serials.length === 0 ? [] : [workflow], leftOut }
}

function stepsOf({ id, startMs, legs }: PlannedExperiment): Step[] {
  return legs.flatMap(({ name, atMs, holdMs, fault }) =>
    fault === undefined ? [] : [{ name: `${id}-${name}`, atMs: startMs + atMs, holdMs, fault }],
  )
}

function outageSteps({ id, startMs, holdMs, fault }: NonNullable<Plan['outages']>[number]): Step[] {
  return fault === undefined ? [] : [{ name: id, atMs: startMs, holdMs, fault }]
}

/** Wait, harm, wait, harm: the templates of one experiment. */
function serial(steps: readonly Step[], where: Where): { name: string; templates: Manifest[] } {
  const name = `run-${steps[0]?.name ?? ''}`
  const templates: Manifest[] = []
  let nowMs = 0
  for (const step of steps) {
    if (step.atMs > nowMs) templates.push({ name: `wait-${step.name}`, templateType: 'Suspend', deadline: seconds(step.atMs - nowMs) })
    templates.push({ name: step.name, deadline: seconds(step.holdMs), ...meansOf(step.fault, where) })
    nowMs = step.atMs + step.holdMs
  }
  return { name, templates: [{ name, templateType: 'Serial', children: templates.map((each) => each['name']) }, ...templates] }
}

/** The chaos of a template that does what a fault does to the pods of its part. */
function meansOf({ id, target, params }: FaultUse, { namespace, label }: Where): Manifest | undefined {
  const selector = { namespaces: [namespace], labelSelectors: { [label]: target } }
  const all = { mode: 'all', selector }
  const stress = (stressors: object): Manifest => ({ templateType: 'StressChaos', stressChaos: { ...all, stressors } })
  switch (id) {
    // Pods that fail stay away until the end, as those of a killed container that is kept down.
    case 'kill-process':
    case 'kill-container':
    case 'scale-away':
    case 'fail-pods-mesh':
      return { templateType: 'PodChaos', podChaos: { ...all, action: 'pod-failure' } }
    case 'delete-pod':
      return { templateType: 'PodChaos', podChaos: { mode: 'one', selector, action: 'pod-kill' } }
    // A frozen process answers nothing and closes nothing; where every packet is lost, connections hang likewise. (Chaos Mesh's webhook
    // refuses `loss` in both directions without a target:
    // https://github.com/chaos-mesh/chaos-mesh/blob/v2.8.3/api/v1alpha1/networkchaos_webhook.go)
    case 'pause-process':
    case 'pause-container':
    case 'freeze-pods':
    case 'isolate-pods':
    case 'partition-pods-mesh':
    case 'cut-connection':
    case 'disconnect-container':
      return { templateType: 'NetworkChaos', networkChaos: { ...all, action: 'partition', direction: 'both' } }
    case 'add-latency':
    case 'delay-pods-mesh':
      return {
        templateType: 'NetworkChaos',
        networkChaos: { ...all, action: 'delay', direction: 'to', delay: { latency: `${params['latencyMs'] ?? 0}ms` } },
      }
    // A container in the pod, as the fault has it. Memory to a share of a limit is none of it: Chaos Mesh takes its percentage of the node.
    case 'cpu-pressure-pods':
      return stress({ cpu: { workers: Number(params['cores'] ?? 1), load: 100 } })
    case 'stress-pods-mesh':
      return Number(params['share'] ?? 0) > 0 ? undefined : stress({ cpu: { workers: Number(params['cores'] ?? 1), load: 100 } })
    default:
      return undefined
  }
}

function seconds(ms: number): string {
  return `${Math.max(1, Math.ceil(ms / 1000))}s`
}

import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { DrillOptions } from '../run/options.ts'
import { promisedRequests } from '../run/signals/keep-asking.ts'

/** Whether k6 sends anything on this machine: a drill of faults alone runs where there is none. */
export function needsK6(plan: Plan, spec: Spec, { background, warmUp }: Pick<DrillOptions, 'background' | 'warmUp'>): boolean {
  return (
    background !== undefined ||
    warmUp !== undefined ||
    plan.experiments.some(({ legs }) => legs.some(({ load }) => load !== undefined)) ||
    promisedRequests(plan, spec).length > 0
  )
}

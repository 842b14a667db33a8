import { faults } from '../../chaos/fault-registry.ts'
import { compressExpr } from '../compress/compress.ts'
import { rewriteExpr } from '../compress/expr.ts'
import type { PastRun } from '../model/past-runs.ts'
import type { Plan, Timing } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import type { Form } from '../platform/read-platform.ts'
import { legPlace } from '../spec/leg-places.ts'
import { plan } from '../plan/make-plan.ts'
import { timingFromSpec } from '../plan/timing.ts'
import type { Turn } from '../plan/turns.ts'
import { withSharedAddresses } from './container-addresses.ts'
import type { DrillRequest } from './request.ts'

/** Earlier runs on the target, oldest first, and the time of this one, unix ms. */
export interface Past {
  runs: readonly PastRun[]
  nowMs: number
  /** A sentence for each line of the history that holds no run. */
  damaged?: readonly string[]
}

/**
 * The plan of a request for a target, where one is known already; with the intervals that are loaded in it, else with those that are
 * specified. Throws what is wrong with the selection (exit code 2).
 */
export function planFor(
  spec: Spec,
  request: DrillRequest,
  form: Form,
  past: Past,
  timing: Timing = timingFromSpec(spec, request.speed),
  target?: Target,
): Plan {
  const { speed, only, skip, serial } = request
  const made = plan(withSharedAddresses(spec, target, faults), {
    speed,
    turn: turnOf(request, past),
    only,
    skip,
    serial,
    timing,
    form,
    leaves: (id) => faults.find(({ meta }) => meta.id === id)?.meta.leaves,
    placeOf: (experiment, leg, key) => legPlace(spec, experiment, leg, ...(key === undefined ? [] : [key])),
    compressExpr,
  })
  const warnings = [...(made.warnings ?? []), ...lostBySpeed(spec, speed)]
  return warnings.length === 0 ? made : { ...made, warnings }
}

/** What a compressed rule cannot keep of the specified one. */
function lostBySpeed({ rules }: Spec, speed: number): string[] {
  return rules.flatMap(({ alert, condition }) => rewriteExpr(condition.expr, speed).cautions.map((caution) => `${alert}: ${caution}`))
}

function turnOf({ seed, thorough }: DrillRequest, past: Past): Turn {
  if (thorough === true) return { by: 'thorough' }
  return seed === undefined ? { by: 'history', ...past } : { by: 'seed', seed }
}

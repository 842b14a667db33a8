import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Plan, Timing } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Form } from '../platform/read-platform.ts'
import { planFor } from './plan-for.ts'
import { requestFrom } from './request.ts'

/** Every experiment of the specification at the target's speed; none where it cannot be planned at that speed, which is said. */
export function everyExperiment(spec: Spec, speed: number, timing: Timing, form: Form, io: Pick<CommandIo, 'stderr'>): Plan {
  // By their own names, so that none leaves another its turn.
  const only = spec.rules.flatMap(({ experiments }) => experiments.map(({ id }) => id))
  try {
    return planFor(spec, { ...requestFrom({ seed: 0, serial: true, only }), speed }, form, { runs: [], nowMs: 0 }, timing)
  } catch (error) {
    if (!(error instanceof FiredrillError)) throw error
    io.stderr(`no injection will be judged: at this speed the specification cannot be planned (${error.message})\n`)
    return { ...UNPLANNED, speed, timing }
  }
}

const UNPLANNED: Omit<Plan, 'speed' | 'timing'> = {
  seed: 0,
  experiments: [],
  traces: [],
  logs: [],
  serial: false,
  makespanMs: 0,
  lowerBoundMs: 0,
  criticalPath: [],
  conflicts: [],
}

/**
 * The plan of a game day's header: intervals and what is promised of them, and nothing that is planned. The values of rules are left out: a
 * drill asks of each whether it sees its subjects.
 */
export function gamedayPlan({ speed, seed, timing, promised }: Plan): Plan {
  return {
    ...UNPLANNED,
    speed,
    seed,
    timing,
    ...(promised === undefined ? {} : { promised: { ...promised, rules: promised.rules.map(({ value: _, ...rule }) => rule) } }),
    gameday: true,
  }
}

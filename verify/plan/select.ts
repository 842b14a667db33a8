import { FiredrillError } from '../model/error.ts'
import { suggestion } from '../text/did-you-mean.ts'
import { kebabCase, sameName } from '../text/names.ts'
import type { PlannedTurn } from '../model/plan.ts'
import type { ExperimentSpec, RuleSpec, Spec } from '../model/spec.ts'
import { chooseTurn, covered } from './turns.ts'
import type { Turn } from './turns.ts'

export interface Selected {
  rule: RuleSpec
  experiment: ExperimentSpec
}

/**
 * `only` and `skip` hold alert names (in any spelling: RedisHighMemory, redis-high-memory), experiment ids, trace ids, services with logs,
 * or outage ids.
 */
export interface Selection {
  /** In the order of the specification. */
  experiments: Selected[]
  turn: PlannedTurn
  traces: string[]
  logs: string[]
  outages: string[]
}

/**
 * Traces and logs come along with any rule, they cost nothing; naming one of them in `only` leaves out those not named, and without a rule
 * beside them all experiments. An outage beside an experiment comes along with it; the others take time and harm, and come unless something
 * else was asked for.
 * @throws FiredrillError UNKNOWN_SELECTION, NOTHING_SELECTED (exit 2)
 */
export function select(
  spec: Spec,
  only: readonly string[] = [],
  skip: readonly string[] = [],
  by: Turn = { by: 'seed', seed: 0 },
): Selection {
  const all = spec.rules.flatMap((rule) => rule.experiments.map((experiment) => ({ rule, experiment })))
  const outages = spec.outages ?? []
  const signals = [...spec.traces.map(({ id }) => id), ...spec.logs.map(({ service }) => service), ...outages.map(({ id }) => id)]
  for (const name of [...only, ...skip]) {
    if (all.some((each) => matches(each, name)) || signals.includes(name)) continue
    const undrilled = undrilledRules(spec).find(({ alert }) => sameName(alert, name))
    if (undrilled !== undefined && skip.includes(name)) continue
    if (undrilled !== undefined)
      throw new FiredrillError('NOT_DRILLED', `${undrilled.alert} has no experiment: lint and simulate alone prove it`, {
        exitCode: 2,
        next: `Give it an experiment in the specification, or leave it out of --only; firedrill simulate tests it.`,
      })
    const known = [...spec.rules.map(({ alert }) => kebabCase(alert)), ...all.map(({ experiment }) => experiment.id), ...signals]
    throw new FiredrillError('UNKNOWN_SELECTION', `no alert, experiment, trace path, log stream or outage is called "${name}"`, {
      exitCode: 2,
      next: `${suggestion(name, [...new Set(known)])} \`firedrill list rules\` and \`firedrill list outages\` show them all.`,
    })
  }
  const rules = only.filter((name) => !signals.includes(name))
  const named = only.filter((name) => signals.includes(name))
  // The experiment that brings the fault, when the outage has none of its own.
  for (const { id, during } of outages) if (during !== undefined && named.includes(id)) rules.push(during)
  const kept = (id: string): boolean => (named.length === 0 || named.includes(id)) && !skip.includes(id)
  const asked =
    only.length > 0 && rules.length === 0
      ? []
      : all.filter((each) => (rules.length === 0 || rules.some((name) => matches(each, name))) && !skip.some((name) => matches(each, name)))
  // What is called by its own id is drilled, regardless of whose turn it is.
  const byId = ({ rule, experiment }: Selected): boolean =>
    !sameName(rule.alert, experiment.id) && rules.some((name) => sameName(experiment.id, name))
  const left = by.by === 'thorough' ? covered(asked) : []
  const turn = chooseTurn(
    all
      .filter((each) => each.experiment.inTurnWith !== undefined && !skip.some((name) => matches(each, name)))
      .map(({ experiment }) => experiment)
      .filter(({ id }) => by.by !== 'thorough' || (asked.some(({ experiment }) => experiment.id === id) && !left.includes(id))),
    // What is named is the same every night.
    only.length > 0 && by.by === 'history' ? { by: 'seed', seed: 0 } : by,
  )
  const replaced =
    by.by === 'thorough'
      ? left
      : asked.flatMap(({ experiment }) => (turn.chosen.includes(experiment.id) ? (experiment.inTurnWith ?? []) : []))
  const experiments = asked.filter(
    (each) =>
      byId(each) ||
      (each.experiment.inTurnWith === undefined ? !replaced.includes(each.experiment.id) : turn.chosen.includes(each.experiment.id)),
  )
  const comesAlong = (during: string | undefined): boolean =>
    during === undefined ? only.length === 0 : experiments.some(({ experiment }) => experiment.id === during)
  const selection = {
    experiments,
    turn,
    traces: spec.traces.map(({ id }) => id).filter(kept),
    logs: spec.logs.map(({ service }) => service).filter(kept),
    outages: outages.filter(({ id, during }) => kept(id) && (named.includes(id) || comesAlong(during))).map(({ id }) => id),
  }
  if (selection.experiments.length === 0 && named.length === 0)
    throw all.length === 0
      ? new FiredrillError('NOTHING_SELECTED', 'no rule of the specification has an experiment, so there is nothing to drill', {
          exitCode: 2,
          next: 'firedrill lint and firedrill simulate prove the rules as they are; experiments are described in docs/specification.md.',
        })
      : new FiredrillError('NOTHING_SELECTED', 'the selection leaves nothing to drill', { exitCode: 2, next: 'Loosen --only or --skip.' })
  return selection
}

/** Rules that lint and simulate alone prove. */
export function undrilledRules({ rules }: Spec): RuleSpec[] {
  return rules.filter(({ experiments }) => experiments.length === 0)
}

/** An experiment's own id wins over an alert of the same name: service-down is both. */
function matches({ rule, experiment }: Selected, name: string): boolean {
  return sameName(experiment.id, name) || sameName(rule.alert, name)
}

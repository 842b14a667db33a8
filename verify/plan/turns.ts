import { labelKey } from '../promql/labels.ts'
import type { PastRun } from '../model/past-runs.ts'
import type { PlannedTurn } from '../model/plan.ts'
import type { ExperimentSpec, RuleSpec } from '../model/spec.ts'

/** How it is decided which of the experiments that take turns is drilled. */
export type Turn =
  | { by: 'thorough' }
  /** 0: none of them; 1: the first, and so on, again and again. */
  | { by: 'seed'; seed: number }
  /** Runs of the same target, oldest first, and now in unix ms. */
  | { by: 'history'; runs: readonly PastRun[]; nowMs: number }

const DAY_MS = 86_400_000

/**
 * One drill has room for one of them besides what is always drilled, so a week of nights has seven. The one whose last drill is the longest
 * ago comes next: unlike a counter that leaves none out after an interrupted or a selective run. A machine without history (a fresh
 * checkout in CI) takes the day's, which comes to the same with one drill a day.
 */
export function chooseTurn(all: readonly ExperimentSpec[], turn: Turn): PlannedTurn {
  const among = all.map(({ id }) => id)
  const none = { chosen: [], among, seed: 0 }
  if (among.length === 0) return { ...none, because: 'no experiment takes turns' }
  if (turn.by === 'thorough') return { chosen: among, among, seed: 0, because: '--thorough drills every one' }
  if (turn.by === 'seed') {
    if (turn.seed === 0) return { ...none, because: 'none is asked for' }
    return one(all, (turn.seed - 1) % all.length, `--seed ${turn.seed}`)
  }
  if (turn.runs.length === 0) return one(all, Math.floor(turn.nowMs / DAY_MS) % all.length, 'no history of this target: chosen by date')
  const last = among.map((id) => turn.runs.findLastIndex(({ experiments }) => experiments.includes(id)))
  const oldest = Math.min(...last)
  const runId = turn.runs[oldest]?.runId
  return one(all, last.indexOf(oldest), runId === undefined ? 'never drilled on this target' : `longest ago, in ${runId}`)
}

function one(all: readonly ExperimentSpec[], index: number, because: string): PlannedTurn {
  return { chosen: all.slice(index, index + 1).map(({ id }) => id), among: all.map(({ id }) => id), seed: index + 1, because }
}

/**
 * What a thorough drill leaves out: it has no near miss, and every alert that it makes fire is fired as well by one that takes its place or
 * takes turns with it.
 */
export function covered(all: readonly { rule: RuleSpec; experiment: ExperimentSpec }[]): string[] {
  const fires = new Map(
    all.map(({ rule, experiment: { id, subject, alsoMust } }) => [
      id,
      [{ alert: rule.alert, labels: subject }, ...alsoMust].map(({ alert, labels }) => `${alert}${labelKey(labels)}`),
    ]),
  )
  const within = (one: string, other: string): boolean => {
    const [less, more] = [fires.get(one) ?? [], fires.get(other) ?? []]
    return less.length < more.length && less.every((each) => more.includes(each))
  }
  return all.flatMap(({ experiment: { id, quiet, inTurnWith } }) => {
    const others = all.filter(({ experiment: other }) =>
      inTurnWith === undefined ? other.inTurnWith?.includes(id) === true : other.inTurnWith !== undefined,
    )
    return quiet === undefined && others.some(({ experiment: other }) => within(id, other.id)) ? [id] : []
  })
}

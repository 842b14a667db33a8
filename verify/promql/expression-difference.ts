import type { Facts } from '../model/facts.ts'
import { compareConditions } from './compare.ts'
import { normaliseCondition } from './normalise.ts'
import { parsePromql } from './parse-promql.ts'

/** How a loaded expression differs from the specified one, as far as can be known without what the targets expose. */
export type ExpressionDifference =
  | { kind: 'same' }
  /** Of one form but for these numbers, durations and comparisons: another rule. */
  | { kind: 'values'; differences: string[] }
  /** Of another form: only a replay shows whether it means the same. */
  | { kind: 'form' }

const NOTHING_KNOWN: Facts = {
  jobsExposing: () => undefined,
  labelsOf: () => undefined,
  valuesOf: () => undefined,
  type: () => undefined,
  nonNegative: () => undefined,
  metricNames: () => [],
  scrapeIntervalMs: () => Number.NaN,
}

/** The last answers: planning compares each two rules, and every experiment of a drill with what is loaded. Bounded as in parse.ts. */
const recent = new Map<string, ExpressionDifference>()
const RECENT = 2_000

/** Answers are shared: do not change them. */
export function compareExpressions(specified: string, loaded: string): ExpressionDifference {
  if (specified === loaded) return { kind: 'same' }
  const key = `${specified.length} ${specified} ${loaded}`
  const known = recent.get(key)
  if (known !== undefined) return known
  const difference = compared(specified, loaded)
  if (recent.size >= RECENT) recent.clear()
  recent.set(key, difference)
  return difference
}

function compared(specified: string, loaded: string): ExpressionDifference {
  const [wanted, got] = [parsePromql(specified), parsePromql(loaded)]
  if (!wanted.ok || !got.ok) return { kind: 'form' }
  const differences = compareConditions(
    normaliseCondition(wanted.expr, NOTHING_KNOWN),
    normaliseCondition(got.expr, NOTHING_KNOWN),
    NOTHING_KNOWN,
  )
  if (differences.length === 0) return { kind: 'same' }
  if (differences.some(({ sameForm }) => sameForm !== true)) return { kind: 'form' }
  return {
    kind: 'values',
    differences: [...new Set(differences.map(({ aspect, expected, observed }) => `${aspect} ${observed} instead of ${expected}`))],
  }
}

/** Whether two values are one, however they are written. Compared with a number, so that a factor counts. */
export function sameValue(a: string, b: string): boolean {
  return compareExpressions(`(${a}) > 1`, `(${b}) > 1`).kind === 'same'
}

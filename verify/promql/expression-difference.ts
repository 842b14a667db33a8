import type { Facts } from '../model/facts.ts'
import { compareConditions } from './compare.ts'
import { isStatus } from './compare-matchers.ts'
import { normaliseCondition, selectorsOf } from './normalise.ts'
import type { Condition, SelectorAtom } from './normalise.ts'
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
  if (a === b) return true
  const [one, other] = [`(${a}) > 1`, `(${b}) > 1`]
  return mayBeSame(sketchOf(one), sketchOf(other)) && compareExpressions(one, other).kind === 'same'
}

/** What an expression selects, as far as it can be held against another's at a glance: each rule's value is held against every other's. */
interface Sketch {
  metrics: string
  /** Labels that every selector fixes to one and the same value. */
  fixed: ReadonlyMap<string, string>
}

const sketches = new Map<string, Sketch>()

function mayBeSame(one: Sketch, other: Sketch): boolean {
  return one.metrics === other.metrics && [...one.fixed].every(([label, value]) => (other.fixed.get(label) ?? value) === value)
}

function sketchOf(expression: string): Sketch {
  const known = sketches.get(expression)
  if (known !== undefined) return known
  const parsed = parsePromql(expression)
  const selectors = parsed.ok ? selectorsIn(normaliseCondition(parsed.expr, NOTHING_KNOWN)) : []
  const fixed = selectors.map(fixedLabels)
  const sketch = {
    metrics: [...new Set(selectors.map(({ metric }) => metric ?? ''))].sort().join(),
    fixed: new Map([...(fixed[0] ?? [])].filter(([label, value]) => fixed.every((labels) => labels.get(label) === value))),
  }
  if (sketches.size >= RECENT) sketches.clear()
  sketches.set(expression, sketch)
  return sketch
}

/** Labels with one matcher, an equality. Statuses are a closed set in compare-matchers.ts: two values outside of it are no difference. */
function fixedLabels({ matchers }: SelectorAtom): Map<string, string> {
  const alone = matchers.filter(({ label }) => matchers.filter((other) => other.label === label).length === 1)
  return new Map(alone.filter(({ label, op }) => op === '=' && !isStatus(label)).map(({ label, value }) => [label, value]))
}

function selectorsIn(condition: Condition): SelectorAtom[] {
  return condition.flatMap(({ comparison, guards }) => [
    ...selectorsOf(comparison.value),
    ...guards.flatMap((guard) => selectorsIn(guard.condition)),
  ])
}

/** A rule's condition, and an injection's: what the expression itself says is not written twice. */
import type { ConditionKind, ExperimentSpec, RuleSpec } from '../model/spec.ts'
import { comparisonOf, COMPARATORS, comparisonsIn, metricsOf, promql, quantilesOf, rangesOf } from './promql.ts'
import { sameValue } from '../promql/expression-difference.ts'
import type { Comparison } from './promql.ts'
import { anyNumber, mapping, may, need, numberFrom, oneOf, positiveDuration, problem, text } from './reader.ts'
import type { Place } from './reader.ts'

/** Kinds whose value comes from a range of samples; only the others forget at once. */
const OVER_A_WINDOW: readonly ConditionKind[] = ['rate', 'ratio', 'quantile']
const DERIVED = 'Derived from `expr`; needed only where `expr` is no comparison of one value with one number, and must agree with it'

const comparator = may(oneOf(...COMPARATORS), `${DERIVED}.`, { example: "comparator: '>'" })
const threshold = may(anyNumber, `${DERIVED}. In the unit of the value.`, { example: 'threshold: 0.8' })

type Written = { expr: string } & Partial<Comparison>
type Name = keyof Comparison
type At = (name?: Name) => Place

/** What is derived from `expr`, or where it cannot be, what is written; both must agree. */
function comparisonFrom(written: Written, at: At): Comparison | undefined {
  const derived = comparisonOf(written.expr)
  if (derived !== undefined) return agrees(written, derived, at) ? derived : undefined
  const missing = (['value', 'comparator', 'threshold'] as const).filter((name) => written[name] === undefined)
  for (const name of missing)
    problem(
      at(),
      'SPEC_MISSING_KEY',
      `"${name}" is missing: expr is no comparison of one value with one number`,
      `Write expr as VALUE > NUMBER, or give ${missing.join(', ')}.`,
    )
  const { value, comparator, threshold } = written
  if (value === undefined || comparator === undefined || threshold === undefined) return undefined
  const stranger = metricsOf(value).find((metric) => !metricsOf(written.expr).includes(metric))
  if (stranger !== undefined) return problem(at('value'), 'SPEC_DISAGREES', `expr has no metric ${stranger}`)
  const parts = comparisonsIn(written.expr)
  const same = parts.filter((part) => sameValue(part.value, value))
  const [nearest] = same.length > 0 ? same : parts
  if (nearest !== undefined && !same.some((part) => part.comparator === comparator && part.threshold === threshold))
    agrees(written, nearest, at)
  return { value, comparator, threshold }
}

function agrees(written: Written, expected: Comparison, at: At): boolean {
  const { value, comparator, threshold } = expected
  const wrong = (['value', 'comparator', 'threshold'] as const).filter((name) => {
    const given = written[name]
    return given !== undefined && (name === 'value' ? !sameValue(String(given), value) : given !== expected[name])
  })
  for (const name of wrong)
    problem(
      at(name),
      'SPEC_DISAGREES',
      `${String(written[name])} does not agree with expr, which has ${name === 'value' ? value : `${comparator} ${threshold}`}`,
      `Leave ${name} out: it is derived from expr.`,
    )
  return wrong.length === 0
}

/** The range or quantile of `expr`, where it has one; of several, the explicit one. */
function picked(
  name: 'window' | 'quantile',
  explicit: number | undefined,
  found: readonly number[],
  place: Place,
  whole: Place,
): number | undefined {
  const shown = name === 'window' ? found.map((ms) => `${ms / 1000}s`) : found
  if (explicit === undefined && found.length === 1) return found[0]
  if (explicit === undefined)
    return problem(
      whole,
      'SPEC_MISSING_KEY',
      `"${name}" is missing: expr has ${found.length === 0 ? 'none' : `several (${shown.join(', ')})`}`,
    )
  if (found.length > 0 && !found.includes(explicit))
    return problem(
      place,
      'SPEC_DISAGREES',
      `expr has another ${name} (${shown.join(', ')})`,
      found.length === 1 ? `Leave ${name} out: it is derived from expr.` : undefined,
    )
  return explicit
}

export const condition = mapping(
  {
    kind: need(
      oneOf('up', 'gauge', 'rate', 'ratio', 'quantile'),
      'How it comes about in time. `up`: the scrape fails; `gauge`: a sampled value; `rate`: events per time; `ratio`: a share of a total; `quantile`: histogram_quantile.',
    ),
    expr: need(promql, 'The PromQL of the promise, its comparison included, with the real durations.'),
    value: may(promql, `The left side of the comparison. ${DERIVED}.`, { example: 'value: redis_up' }),
    comparator,
    threshold,
    windowMs: may(positiveDuration, 'Of a rate, ratio or quantile. Derived from the ranges of `expr`; needed only where it has several.', {
      example: 'window: 5m',
    }),
    quantile: may(numberFrom(0, 1), 'Of a quantile. Derived from `histogram_quantile` in `expr`.', { example: 'quantile: 0.95' }),
  },
  ({ kind, windowMs, quantile, ...written }, at): RuleSpec['condition'] | undefined => {
    const compared = comparisonFrom(written, at)
    const ranges = rangesOf(written.expr)
    const overWindow = OVER_A_WINDOW.includes(kind)
    if (!overWindow && windowMs !== undefined)
      return problem(at('windowMs'), 'SPEC_UNKNOWN_KEY', `a condition of kind ${kind} has no window`)
    if (kind !== 'quantile' && quantile !== undefined)
      return problem(at('quantile'), 'SPEC_UNKNOWN_KEY', `a condition of kind ${kind} has no quantile`)
    if (overWindow && ranges.length === 0)
      return problem(at('expr'), 'SPEC_NO_RANGE', `a ${kind} is taken over a window, but the expression has no range such as [5m]`)
    const window = overWindow ? picked('window', windowMs, ranges, at('windowMs'), at()) : undefined
    const phi = kind === 'quantile' ? picked('quantile', quantile, quantilesOf(written.expr), at('quantile'), at()) : undefined
    if (compared === undefined) return undefined
    return {
      kind,
      expr: written.expr,
      ...compared,
      ...(window === undefined ? {} : { windowMs: window }),
      ...(phi === undefined ? {} : { quantile: phi }),
    }
  },
)

export const injection = mapping(
  {
    title: need(text, 'What is true once the cause is in effect.'),
    expr: need(
      promql,
      'PromQL that shows the cause, where the cause can be seen apart from the condition: `mysql_up == 0` for a share of 5xx. The condition of a rule may stand here when it is itself the sign of the cause (an exporter that reports its part as down).',
    ),
    comparator,
    threshold,
  },
  ({ title, expr, ...rest }, at): ExperimentSpec['injection'] | undefined => {
    // Without a comparison the expression is the value itself.
    const written = comparisonOf(expr) === undefined ? { ...rest, expr, value: expr } : { ...rest, expr }
    const found = comparisonFrom(written, (name) => at(name === 'value' ? 'expr' : name))
    return found === undefined ? undefined : { title, expr: found.value, comparator: found.comparator, threshold: found.threshold }
  },
)

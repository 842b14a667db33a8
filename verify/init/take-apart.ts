import type { ConditionKind, RuleSpec } from '../model/spec.ts'
import { selectors, walk } from '../promql/ast.ts'
import type { Expr, Selector } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { isComparator } from '../promql/operators.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { comparisonOf, comparisonsIn, quantilesOf, rangesOf } from '../spec/promql.ts'
import type { Comparison } from '../spec/promql.ts'
import { present } from '../text/present.ts'

/** A rule's expression in the words of a specification's condition. */
export interface TakenApart extends Comparison {
  kind: ConditionKind
  windowMs?: number
  quantile?: number
  /** What the specification's reader cannot derive from the expression: it is written beside it. */
  explicit: readonly ('value' | 'comparator' | 'threshold' | 'window' | 'quantile')[]
  selectors: readonly Selector[]
  /** What is expressed in part. */
  remarks: string[]
}

/** The condition, or why a specification cannot have it. */
export function takeApart(text: string): TakenApart | { reason: string } {
  const parsed = parsePromql(text)
  if (!parsed.ok) {
    const near = text.slice(parsed.at, parsed.at + 30).split('\n')[0] ?? ''
    return { reason: `no PromQL that firedrill reads: ${parsed.message}${near === '' ? '' : ` at ${JSON.stringify(near)}`}` }
  }
  const derived = comparisonOf(text)
  const { remark, ...compared }: Remarked = derived ?? explicitComparison(parsed.expr, text)
  if (!Number.isFinite(compared.threshold)) return { reason: `the threshold ${compared.threshold} is no finite number` }
  const kind = kindOf(parsed.expr, text, compared.value)
  const [ranges, quantiles] = [rangesOf(text), quantilesOf(text)]
  const windowMs = kind === 'rate' || kind === 'ratio' || kind === 'quantile' ? Math.max(...ranges) : undefined
  const quantile = kind === 'quantile' ? quantiles[0] : undefined
  return {
    ...compared,
    kind,
    ...present({ windowMs, quantile }),
    explicit: [
      ...(derived === undefined ? (['value', 'comparator', 'threshold'] as const) : []),
      ...(windowMs !== undefined && ranges.length > 1 ? (['window'] as const) : []),
      ...(quantile !== undefined && quantiles.length > 1 ? (['quantile'] as const) : []),
    ],
    selectors: selectors(parsed.expr),
    remarks: [
      ...(remark === undefined ? [] : [remark]),
      ...(windowMs !== undefined && ranges.length > 1 ? ['of several windows the longest is named'] : []),
      ...(quantile !== undefined && quantiles.length > 1 ? ['of several quantiles the first is named'] : []),
    ],
  }
}

const OF_ONE_PART = 'of several conditions one gives value and threshold'

type Remarked = Comparison & { remark?: string }

/** Of an expression that is no comparison of one value with one number: which value and threshold stand for it. */
function explicitComparison(expr: Expr, text: string): Remarked {
  const [main, ...others] = positive(expr)
  const parts = comparisonsIn(text)
  const first = [main, ...others].flatMap((part) =>
    part === undefined ? [] : (comparisonOf(text.slice(part.span.from, part.span.to)) ?? []),
  )[0]
  if (first !== undefined) return { ...first, remark: OF_ONE_PART }
  // The specification's reader holds a written comparison against those that the expression has.
  if (parts[0] !== undefined) return { ...parts[0], remark: OF_ONE_PART }
  const between = main === undefined ? undefined : difference(main, text)
  if (between !== undefined) return { ...between, remark: 'two series are compared: the value is their difference' }
  return {
    value: `count without () (${text})`,
    comparator: '==',
    threshold: 1,
    remark: 'no comparison: the value is 1 while the expression has a row',
  }
}

/** What `and`, `or` and `unless` ask to be there. */
function positive(expr: Expr): Expr[] {
  if (expr.kind !== 'binary') return [expr]
  if (expr.op === 'and' || expr.op === 'or') return [...positive(expr.lhs), ...positive(expr.rhs)]
  return expr.op === 'unless' ? positive(expr.lhs) : [expr]
}

/** `a > b` as `a - b > 0`. */
function difference(expr: Expr, text: string): Comparison | undefined {
  if (expr.kind !== 'binary' || expr.bool || !isComparator(expr.op)) return undefined
  const [lhs, rhs] = [expr.lhs, expr.rhs].map((side) => constantOf(side) ?? `(${text.slice(side.span.from, side.span.to)})`)
  const { matching } = expr
  const modifiers =
    matching === undefined
      ? ''
      : `${matching.kind} (${matching.labels.join(', ')}) ${matching.group === undefined ? '' : `group_${matching.group.side} (${matching.group.include.join(', ')}) `}`
  const value = `${lhs} - ${modifiers}${rhs}`
  return { value, comparator: expr.op, threshold: 0 }
}

const OF_EVENTS = /^(?:rate|irate|increase)$/

function kindOf(expr: Expr, text: string, value: string): RuleSpec['condition']['kind'] {
  const found = selectors(expr)
  if (found.length > 0 && found.every(({ metric, rangeMs }) => metric === 'up' && rangeMs === undefined) && expr.kind === 'binary') {
    const parsed = parsePromql(value)
    if (parsed.ok && parsed.expr.kind === 'selector') return 'up'
  }
  if (rangesOf(text).length === 0) return 'gauge'
  if (quantilesOf(text).length > 0) return 'quantile'
  const parsed = parsePromql(value)
  return parsed.ok && isShare(parsed.expr) ? 'ratio' : 'rate'
}

/** A quotient of two numbers of events, also where it is part of more arithmetic. */
function isShare(expr: Expr): boolean {
  if (expr.kind === 'aggregate') return isShare(expr.expr)
  if (expr.kind === 'call') return expr.args.some(isShare)
  if (expr.kind !== 'binary') return false
  if (expr.op === 'or' || expr.op === 'and' || expr.op === 'unless') return isShare(expr.lhs)
  const ofEvents = (side: Expr): boolean => walk(side).some((node) => node.kind === 'call' && OF_EVENTS.test(node.fn))
  if (expr.op === '/' && ofEvents(expr.lhs) && ofEvents(expr.rhs)) return true
  return isShare(expr.lhs) || isShare(expr.rhs)
}

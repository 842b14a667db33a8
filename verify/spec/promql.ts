import { selectors, walk } from '../promql/ast.ts'
import type { Expr } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { MIRRORED, type Comparator } from '../promql/operators.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { problem, refined, text } from './reader.ts'

/** A text that is PromQL by its grammar. Whether its metrics exist is for the drill to say. */
export const promql = refined(text, 'PromQL', (expr, place) => {
  const parsed = parsePromql(expr)
  if (parsed.ok) return expr
  const shown = expr.slice(parsed.at, parsed.at + 20).split('\n')[0] ?? ''
  return problem(place, 'SPEC_PROMQL', shown === '' ? parsed.message : `${parsed.message}: "${shown}"`)
})

export const COMPARATORS = ['>', '>=', '<', '<=', '==', '!='] as const satisfies Comparator[]

/** `value comparator threshold`, as an expression has it. */
export interface Comparison {
  value: string
  comparator: Comparator
  threshold: number
}

/**
 * The comparison that an expression is: `x > 5`, `5 < x`, several joined by `or` against one and the same threshold, or `absent(x)`, which
 * is 1. Undefined where it is none of these (`x > 5 and y > 3`, `x > y`): then a person has to say which value and threshold count.
 */
export function comparisonOf(expr: string): Comparison | undefined {
  const parsed = parsePromql(expr)
  const parts = parsed.ok ? joined(parsed.expr, ['or']).map((part) => comparison(part, expr)) : []
  const [first] = parts
  if (first === undefined) return undefined
  if (parts.some((part) => part?.comparator !== first.comparator || part.threshold !== first.threshold)) return undefined
  return { ...first, value: parts.map((part) => part?.value ?? '').join('\nor\n') }
}

/** Those of which `and`, `or` and `unless` make an expression; an explicit one must be among them. */
export function comparisonsIn(expr: string): Comparison[] {
  const parsed = parsePromql(expr)
  return parsed.ok ? joined(parsed.expr, ['and', 'or', 'unless']).flatMap((part) => comparison(part, expr) ?? []) : []
}

function joined(expr: Expr, operators: readonly string[]): Expr[] {
  return expr.kind === 'binary' && operators.includes(expr.op) ? [...joined(expr.lhs, operators), ...joined(expr.rhs, operators)] : [expr]
}

function comparison(expr: Expr, text: string): Comparison | undefined {
  if (expr.kind === 'call' && /^absent(?:_over_time)?$/.test(expr.fn))
    return { value: text.slice(expr.span.from, expr.span.to), comparator: '==', threshold: 1 }
  if (expr.kind !== 'binary' || expr.bool) return undefined
  const comparator = COMPARATORS.find((each) => each === expr.op)
  const [lhs, rhs] = [constantOf(expr.lhs), constantOf(expr.rhs)]
  if (comparator === undefined || (lhs === undefined) === (rhs === undefined)) return undefined
  const { span } = lhs === undefined ? expr.lhs : expr.rhs
  const value = text.slice(span.from, span.to)
  return { value, comparator: lhs === undefined ? comparator : MIRRORED[comparator], threshold: lhs ?? rhs ?? 0 }
}

function partsWithin(expr: string): Expr[] {
  const parsed = parsePromql(expr)
  return parsed.ok ? [...walk(parsed.expr)] : []
}

/** All ranges `[5m]` of an expression, each once. */
export function rangesOf(expr: string): number[] {
  const ranges = partsWithin(expr).map((node) => ('rangeMs' in node ? node.rangeMs : undefined))
  return [...new Set(ranges.filter((ms) => ms !== undefined))]
}

/** First arguments of its histogram_quantile(), each once. */
export function quantilesOf(expr: string): number[] {
  const calls = partsWithin(expr).map((node) => (node.kind === 'call' && node.fn === 'histogram_quantile' ? node.args[0] : undefined))
  return [...new Set(calls.flatMap((arg) => (arg?.kind === 'number' ? [arg.value] : [])))]
}

export function metricsOf(expr: string): string[] {
  const parsed = parsePromql(expr)
  return parsed.ok ? selectors(parsed.expr).map(({ metric }) => metric ?? '') : []
}

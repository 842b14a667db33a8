import type { Labels } from '../model/spec.ts'
import { labelKey } from './labels.ts'
import { anchored } from '../text/re2.ts'
import type { Expr, Selector } from './ast.ts'
import { accepts } from './compare-matchers.ts'
import { ARITHMETIC, compares, isComparator } from './operators.ts'

/** A series in a world that stands still: its value now, its mean over any window, its events per second. */
export interface SteadySeries {
  metric: string
  labels: Labels
  value: number
  ratePerS: number
}

export interface Row {
  labels: Labels
  value: number
}

export type Result = { kind: 'scalar'; value: number } | { kind: 'vector'; rows: Row[] }

/** Thrown for what a steady world cannot answer (subqueries, predictions): the caller does not know, rather than guesses. */
export class NotEvaluated extends Error {}

/** PromQL over a steady world: enough of it for service level indicators. */
export function evaluate(expr: Expr, world: readonly SteadySeries[]): Result {
  switch (expr.kind) {
    case 'number':
      return { kind: 'scalar', value: expr.value }
    case 'selector':
      return { kind: 'vector', rows: select(expr, world).map(({ labels, value }) => ({ labels, value })) }
    case 'negate':
      return map(evaluate(expr.expr, world), (value) => -value)
    case 'call':
      return call(expr, world)
    case 'aggregate':
      return aggregate(expr, world)
    case 'binary':
      return binary(expr, world)
    default:
      throw new NotEvaluated(expr.kind)
  }
}

function select(expr: Expr, world: readonly SteadySeries[]): SteadySeries[] {
  if (expr.kind !== 'selector') throw new NotEvaluated('a range of something else than a selector')
  return world.filter((series) => selects(expr, series))
}

export function selects({ metric, matchers }: Selector, series: Pick<SteadySeries, 'metric' | 'labels'>): boolean {
  return (
    (metric === null || series.metric === metric) &&
    matchers.every((matcher) => accepts(matcher, matcher.label === '__name__' ? series.metric : (series.labels[matcher.label] ?? '')))
  )
}

function map(result: Result, f: (value: number) => number): Result {
  return result.kind === 'scalar'
    ? { kind: 'scalar', value: f(result.value) }
    : { kind: 'vector', rows: result.rows.map((row) => ({ ...row, value: f(row.value) })) }
}

function call(expr: Expr & { kind: 'call' }, world: readonly SteadySeries[]): Result {
  const [first, second] = expr.args
  if (first === undefined) throw new NotEvaluated(expr.fn)
  const over = (f: (series: SteadySeries, seconds: number) => number): Result => ({
    kind: 'vector',
    rows: select(first, world).map((series) => ({
      labels: series.labels,
      value: f(series, first.kind === 'selector' ? (first.rangeMs ?? 0) / 1000 : 0),
    })),
  })
  switch (expr.fn) {
    case 'rate':
      return over((series) => series.ratePerS)
    // The last two samples are not the window: another mix of the series.
    case 'irate':
      return over((series) => series.ratePerS * (1 + (series.value % 7)))
    case 'increase':
      return over((series, seconds) => series.ratePerS * seconds)
    case 'avg_over_time':
      return first.kind === 'subquery' ? evaluate(first.expr, world) : over((series) => series.value)
    case 'sum_over_time':
      return over((series, seconds) => series.value * seconds)
    case 'count_over_time':
      return over((_, seconds) => seconds)
    // Over a window a target is sometimes up and sometimes down: the extremes are those of the swings.
    case 'min_over_time':
      return over((series) => (series.value < 1 ? 0 : series.value))
    case 'max_over_time':
    case 'last_over_time':
      return over((series) => (series.value > 0 ? Math.ceil(series.value) : 0))
    case 'scalar': {
      const inner = evaluate(first, world)
      return {
        kind: 'scalar',
        value: inner.kind === 'scalar' ? inner.value : inner.rows.length === 1 ? (inner.rows[0]?.value ?? NaN) : NaN,
      }
    }
    case 'vector': {
      const inner = evaluate(first, world)
      return inner.kind === 'scalar' ? { kind: 'vector', rows: [{ labels: {}, value: inner.value }] } : inner
    }
    case 'clamp_min':
    case 'clamp_max': {
      const bound = second === undefined ? NaN : numberOf(evaluate(second, world))
      return map(evaluate(first, world), (value) => (expr.fn === 'clamp_min' ? Math.max(value, bound) : Math.min(value, bound)))
    }
    case 'clamp': {
      const [low, high] = expr.args.slice(1).map((arg) => numberOf(evaluate(arg, world)))
      return map(evaluate(first, world), (value) => Math.min(Math.max(value, low ?? NaN), high ?? NaN))
    }
    case 'label_replace': {
      const [, target, to, source, pattern] = expr.args
      return relabelled(
        evaluate(first, world),
        [target, to, source, pattern].map((arg) => (arg?.kind === 'string' ? arg.value : '')),
      )
    }
    case 'abs':
      return map(evaluate(first, world), Math.abs)
    case 'sort':
    case 'sort_desc':
      return evaluate(first, world)
    case 'histogram_quantile':
      return second === undefined ? { kind: 'vector', rows: [] } : quantile(numberOf(evaluate(first, world)), evaluate(second, world))
    default:
      throw new NotEvaluated(expr.fn)
  }
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace */
function relabelled(result: Result, [target = '', to = '', source = '', pattern = '']: string[]): Result {
  if (result.kind === 'scalar') return result
  const regex = anchored(pattern, 's')
  if (regex === null) throw new NotEvaluated('label_replace')
  return {
    kind: 'vector',
    rows: result.rows.map((row) => {
      const match = regex.matcher(row.labels[source] ?? '')
      return match.matches()
        ? {
            ...row,
            labels: { ...row.labels, [target]: to.replace(/\$\{?(\d+)\}?/g, (_, group: string) => match.group(Number(group)) ?? '') },
          }
        : row
    }),
  }
}

function numberOf(result: Result): number {
  return result.kind === 'scalar' ? result.value : NaN
}

/** Linear within a bucket, as Prometheus does. */
function quantile(q: number, result: Result): Result {
  if (result.kind === 'scalar') return { kind: 'vector', rows: [] }
  const groups = grouped(result.rows, (labels) => Object.fromEntries(Object.entries(labels).filter(([label]) => label !== 'le')))
  return {
    kind: 'vector',
    rows: groups.flatMap(({ labels, rows }) => {
      const buckets = rows
        .flatMap((row) =>
          row.labels['le'] === undefined
            ? []
            : [{ le: row.labels['le'] === '+Inf' ? Infinity : Number(row.labels['le']), count: row.value }],
        )
        .sort((a, b) => a.le - b.le)
      const total = buckets.at(-1)
      if (total === undefined || total.le !== Infinity || total.count === 0) return []
      const rank = q * total.count
      const index = buckets.findIndex((bucket) => bucket.count >= rank)
      const upper = buckets[index]
      const lower = buckets[index - 1]
      if (upper === undefined) return []
      if (upper.le === Infinity) return [{ labels, value: lower?.le ?? NaN }]
      const from = lower?.le ?? 0
      const below = lower?.count ?? 0
      return [{ labels, value: from + ((upper.le - from) * (rank - below)) / (upper.count - below) }]
    }),
  }
}

function grouped(rows: Row[], keep: (labels: Labels) => Labels): { labels: Labels; rows: Row[] }[] {
  const groups = new Map<string, { labels: Labels; rows: Row[] }>()
  for (const row of rows) {
    const labels = keep(row.labels)
    const key = labelKey(labels)
    const group = groups.get(key) ?? { labels, rows: [] }
    group.rows.push(row)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function aggregate(expr: Expr & { kind: 'aggregate' }, world: readonly SteadySeries[]): Result {
  const inner = evaluate(expr.expr, world)
  if (inner.kind === 'scalar') throw new NotEvaluated('an aggregation of a number')
  const { kind, labels: names } = expr.grouping
  const groups = grouped(inner.rows, (labels) =>
    Object.fromEntries(Object.entries(labels).filter(([label]) => names.includes(label) === (kind === 'by'))),
  )
  const sum = (rows: Row[]): number => rows.reduce((total, row) => total + row.value, 0)
  const fold: Record<string, (rows: Row[]) => number> = {
    sum,
    avg: (rows) => sum(rows) / rows.length,
    min: (rows) => Math.min(...rows.map((row) => row.value)),
    max: (rows) => Math.max(...rows.map((row) => row.value)),
    count: (rows) => rows.length,
    group: () => 1,
  }
  const f = fold[expr.op]
  if (f === undefined) throw new NotEvaluated(expr.op)
  return { kind: 'vector', rows: groups.map(({ labels, rows }) => ({ labels, value: f(rows) })) }
}

function binary(expr: Expr & { kind: 'binary' }, world: readonly SteadySeries[]): Result {
  const lhs = evaluate(expr.lhs, world)
  const rhs = evaluate(expr.rhs, world)
  const arithmetic = ARITHMETIC[expr.op]
  const apply = (a: number, b: number, kept: number): number | undefined => {
    if (arithmetic !== undefined) return arithmetic(a, b)
    if (!isComparator(expr.op)) return undefined
    const holds = compares(a, expr.op, b)
    return expr.bool ? Number(holds) : holds ? kept : undefined
  }
  if (lhs.kind === 'scalar' && rhs.kind === 'scalar') return { kind: 'scalar', value: apply(lhs.value, rhs.value, lhs.value) ?? 0 }
  const rowsOf = (rows: Row[], f: (row: Row) => number | undefined): Result => ({
    kind: 'vector',
    rows: rows.flatMap((row) => {
      const value = f(row)
      return value === undefined ? [] : [{ ...row, value }]
    }),
  })
  if (lhs.kind === 'scalar' && rhs.kind === 'vector') return rowsOf(rhs.rows, (row) => apply(lhs.value, row.value, row.value))
  if (lhs.kind === 'vector' && rhs.kind === 'scalar') return rowsOf(lhs.rows, (row) => apply(row.value, rhs.value, row.value))
  if (lhs.kind !== 'vector' || rhs.kind !== 'vector') throw new NotEvaluated(expr.op)
  const { matching } = expr
  const key = (labels: Labels): string =>
    JSON.stringify(
      Object.entries(labels)
        .filter(([label]) => (matching === undefined ? true : matching.labels.includes(label) === (matching.kind === 'on')))
        .sort(),
    )
  const right = new Map(rhs.rows.map((row) => [key(row.labels), row]))
  const left = new Set(lhs.rows.map((row) => key(row.labels)))
  if (expr.op === 'and') return { kind: 'vector', rows: lhs.rows.filter((row) => right.has(key(row.labels))) }
  if (expr.op === 'unless') return { kind: 'vector', rows: lhs.rows.filter((row) => !right.has(key(row.labels))) }
  if (expr.op === 'or') return { kind: 'vector', rows: [...lhs.rows, ...rhs.rows.filter((row) => !left.has(key(row.labels)))] }
  return rowsOf(lhs.rows, (row) => {
    const other = right.get(key(row.labels))
    return other === undefined ? undefined : apply(row.value, other.value, row.value)
  })
}

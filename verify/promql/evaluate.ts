import type { Labels } from '../model/spec.ts'
import { labelKey } from './labels.ts'
import { anchored } from '../text/re2.ts'
import type { Expr, Selector } from './ast.ts'
import { accepts } from './compare-matchers.ts'
import { ARITHMETIC, compares, isComparator } from './operators.ts'
import { utcDate, type UtcDate } from '../text/calendar.ts'

/** A series in a world that stands still: its value now, its mean over any window, its events per second. */
export interface SteadySeries {
  metric: string
  labels: Labels
  value: number
  ratePerS: number
  /** How often its value changes to another one and back, per second; only a moving world asks. */
  changesPerS?: number
  /** Its last sample is so many seconds old; only a moving world asks. */
  ageS?: number
}

/** A world whose values go on changing by their rate: `value` is that of now, at the instant `nowS`, sampled every `stepS` seconds. */
export interface Moving {
  /** Since 1970-01-01 00:00 UTC. */
  nowS: number
  stepS: number
  /** How old the last sample of a series may be; a subquery looks back further. Prometheus' own 5 minutes when absent. */
  lookbackS?: number
}

/** https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness */
export const LOOKBACK_S = 300

export interface Row {
  labels: Labels
  value: number
}

export type Result = { kind: 'scalar'; value: number } | { kind: 'vector'; rows: Row[] }

/** Thrown for what a steady world cannot answer (subqueries, predictions): the caller does not know, rather than guesses. */
export class NotEvaluated extends Error {}

/**
 * PromQL over a steady world: enough of it for service level indicators. With `moving`, what asks for time as well: time(), offset,
 * delta(), predict_linear() and the like; a join of many to many is then an error.
 */
export function evaluate(expr: Expr, world: readonly SteadySeries[], moving?: Moving): Result {
  switch (expr.kind) {
    case 'number':
      return { kind: 'scalar', value: expr.value }
    case 'selector':
      return { kind: 'vector', rows: select(expr, world, moving).map(({ labels, value }) => ({ labels, value })) }
    case 'negate':
      return map(evaluate(expr.expr, world, moving), (value) => -value)
    case 'call':
      return call(expr, world, moving)
    case 'aggregate':
      return aggregate(expr, world, moving)
    case 'binary':
      return binary(expr, world, moving)
    default:
      throw new NotEvaluated(expr.kind)
  }
}

function select(expr: Expr, world: readonly SteadySeries[], moving: Moving | undefined): SteadySeries[] {
  if (expr.kind !== 'selector') throw new NotEvaluated('a range of something else than a selector')
  const selected = world.filter((series) => selects(expr, series))
  if (moving === undefined) return selected
  const oldestS = expr.rangeMs === undefined ? (moving.lookbackS ?? LOOKBACK_S) : expr.rangeMs / 1000
  const found = selected.filter(({ ageS = 0 }) => ageS < oldestS)
  if (expr.offsetMs === 0) return found
  return found.map((series) => ({ ...series, value: series.value - (series.ratePerS * expr.offsetMs) / 1000 }))
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

function call(expr: Expr & { kind: 'call' }, world: readonly SteadySeries[], moving: Moving | undefined): Result {
  const known = moving === undefined ? undefined : inMotion(expr, world, moving)
  if (known !== undefined) return known
  const [first, second] = expr.args
  if (first === undefined) throw new NotEvaluated(expr.fn)
  const over = (f: (series: SteadySeries, seconds: number) => number): Result => ({
    kind: 'vector',
    rows: select(first, world, moving).map((series) => ({
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
      return first.kind === 'subquery' ? evaluate(first.expr, world, moving) : over((series) => series.value)
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
      const inner = evaluate(first, world, moving)
      return {
        kind: 'scalar',
        value: inner.kind === 'scalar' ? inner.value : inner.rows.length === 1 ? (inner.rows[0]?.value ?? NaN) : NaN,
      }
    }
    case 'vector': {
      const inner = evaluate(first, world, moving)
      return inner.kind === 'scalar' ? { kind: 'vector', rows: [{ labels: {}, value: inner.value }] } : inner
    }
    case 'clamp_min':
    case 'clamp_max': {
      const bound = second === undefined ? NaN : numberOf(evaluate(second, world, moving))
      return map(evaluate(first, world, moving), (value) => (expr.fn === 'clamp_min' ? Math.max(value, bound) : Math.min(value, bound)))
    }
    case 'clamp': {
      const [low, high] = expr.args.slice(1).map((arg) => numberOf(evaluate(arg, world, moving)))
      return map(evaluate(first, world, moving), (value) => Math.min(Math.max(value, low ?? NaN), high ?? NaN))
    }
    case 'label_replace': {
      const [, target, to, source, pattern] = expr.args
      return relabelled(
        evaluate(first, world, moving),
        [target, to, source, pattern].map((arg) => (arg?.kind === 'string' ? arg.value : '')),
      )
    }
    case 'abs':
      return map(evaluate(first, world, moving), Math.abs)
    case 'sort':
    case 'sort_desc':
      return evaluate(first, world, moving)
    case 'histogram_quantile':
      return second === undefined
        ? { kind: 'vector', rows: [] }
        : quantile(numberOf(evaluate(first, world, moving)), evaluate(second, world, moving))
    default:
      throw new NotEvaluated(expr.fn)
  }
}

/** What a function says of values that go on changing; undefined: the same as of a steady world. */
function inMotion(expr: Expr & { kind: 'call' }, world: readonly SteadySeries[], moving: Moving): Result | undefined {
  const [first, second] = expr.args
  if (expr.fn === 'time') return { kind: 'scalar', value: moving.nowS }
  if (expr.fn === 'pi') return { kind: 'scalar', value: Math.PI }
  const ofDate = DATE[expr.fn]
  if (ofDate !== undefined)
    return first === undefined
      ? { kind: 'vector', rows: [{ labels: {}, value: ofDate(utcDate(moving.nowS)) }] }
      : map(evaluate(first, world, moving), (value) => ofDate(utcDate(value)))
  if (first === undefined) throw new NotEvaluated(expr.fn)
  const single = SINGLE[expr.fn]
  if (single !== undefined) return map(evaluate(first, world, moving), single)
  if (expr.fn === 'round') {
    const to = second === undefined ? 1 : numberOf(evaluate(second, world, moving))
    return map(evaluate(first, world, moving), (value) => Math.round(value / to) * to)
  }
  if (/^absent(?:_over_time)?$/.test(expr.fn)) {
    const inner = first.kind === 'selector' ? select(first, world, moving) : vectorOf(evaluate(first, world, moving))
    const named = first.kind === 'selector' ? first.matchers.filter(({ op }) => op === '=') : []
    const labels = Object.fromEntries(named.map(({ label, value }) => [label, value]))
    return { kind: 'vector', rows: inner.length > 0 ? [] : [{ labels, value: 1 }] }
  }
  // Of samples alone: what is calculated has the time of the evaluation.
  if (expr.fn === 'timestamp' && first.kind === 'selector')
    return { kind: 'vector', rows: select(first, world, moving).map(({ labels, ageS = 0 }) => ({ labels, value: moving.nowS - ageS })) }
  if (expr.fn === 'timestamp') return map(evaluate(first, world, moving), () => moving.nowS)
  if (expr.fn === 'label_join') {
    const [, target, separator, ...sources] = expr.args.map((arg) => (arg.kind === 'string' ? arg.value : ''))
    const inner = evaluate(first, world, moving)
    return {
      kind: 'vector',
      rows: vectorOf(inner).map(({ labels, value }) => ({
        labels: { ...labels, [target ?? '']: sources.map((label) => labels[label] ?? '').join(separator) },
        value,
      })),
    }
  }
  if (expr.fn === 'predict_linear' || expr.fn === 'quantile_over_time' || OVER_TIME[expr.fn] !== undefined) {
    const range = expr.args.find((arg) => arg.kind === 'subquery' || (arg.kind === 'selector' && arg.rangeMs !== undefined))
    if (range?.kind === 'subquery') return overSubquery(expr.fn, range, world, moving)
    if (range?.kind !== 'selector') throw new NotEvaluated(expr.fn)
    const seconds = (range.rangeMs ?? 0) / 1000
    const rows = select(range, world, moving)
    if (expr.fn === 'predict_linear') {
      const ahead = second === undefined ? NaN : numberOf(evaluate(second, world, moving))
      return { kind: 'vector', rows: rows.map((each) => ({ labels: each.labels, value: each.value + each.ratePerS * ahead })) }
    }
    if (expr.fn === 'quantile_over_time') {
      const q = numberOf(evaluate(first, world, moving))
      const at = ({ value, ratePerS }: SteadySeries): number => value - Math.abs(ratePerS) * seconds * (ratePerS > 0 ? 1 - q : -q)
      return { kind: 'vector', rows: rows.map((each) => ({ labels: each.labels, value: at(each) })) }
    }
    const of = OVER_TIME[expr.fn]
    return { kind: 'vector', rows: rows.map((each) => ({ labels: each.labels, value: of?.(each, seconds, moving.stepS) ?? NaN })) }
  }
  return undefined
}

const vectorOf = (result: Result): Row[] => (result.kind === 'vector' ? result.rows : [{ labels: {}, value: result.value }])

const SINGLE: Partial<Record<string, (value: number) => number>> = {
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  sqrt: Math.sqrt,
  ln: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  sgn: Math.sign,
}

/** https://prometheus.io/docs/prometheus/latest/querying/functions/#hour and those like it: in UTC. */
const DATE: Partial<Record<string, (date: UtcDate) => number>> = {
  minute: ({ minute }) => minute,
  hour: ({ hour }) => hour,
  day_of_week: ({ weekday }) => weekday,
  day_of_month: ({ day }) => day,
  day_of_year: ({ dayOfYear }) => dayOfYear,
  days_in_month: ({ daysInMonth }) => daysInMonth,
  month: ({ month }) => month,
  year: ({ year }) => year,
}

/** Of a straight line through the samples of a window. */
const OVER_TIME: Partial<Record<string, (series: SteadySeries, seconds: number, stepS: number) => number>> = {
  delta: ({ ratePerS }, seconds) => ratePerS * seconds,
  idelta: ({ ratePerS }, _, stepS) => ratePerS * stepS,
  deriv: ({ ratePerS }) => ratePerS,
  irate: ({ ratePerS }) => ratePerS,
  changes: ({ ratePerS, changesPerS = 0 }, seconds, stepS) => Math.floor((ratePerS === 0 ? changesPerS : 1 / stepS) * seconds + 1e-9),
  resets: ({ changesPerS = 0 }, seconds) => Math.floor((changesPerS * seconds) / 2 + 1e-9),
  avg_over_time: ({ value, ratePerS }, seconds) => value - (ratePerS * seconds) / 2,
  min_over_time: ({ value, ratePerS }, seconds) => value - Math.max(0, ratePerS * seconds),
  max_over_time: ({ value, ratePerS }, seconds) => value - Math.min(0, ratePerS * seconds),
  last_over_time: ({ value }) => value,
  sum_over_time: ({ value, ratePerS }, seconds, stepS) => ((value - (ratePerS * seconds) / 2) * seconds) / stepS,
  count_over_time: (_, seconds, stepS) => seconds / stepS,
  present_over_time: () => 1,
  stddev_over_time: ({ changesPerS = 0 }) => (changesPerS > 0 ? 0.5 : 0),
  stdvar_over_time: ({ changesPerS = 0 }) => (changesPerS > 0 ? 0.25 : 0),
}

/** What is steady inside stays so over the window of a subquery. */
function overSubquery(fn: string, range: Expr & { kind: 'subquery' }, world: readonly SteadySeries[], moving: Moving): Result {
  const lookbackS = (moving.lookbackS ?? LOOKBACK_S) + range.rangeMs / 1000
  const inner: Result = { kind: 'vector', rows: vectorOf(evaluate(range.expr, world, { ...moving, lookbackS })) }
  if (/^(?:avg|min|max|last|quantile)_over_time$/.test(fn)) return inner
  if (fn === 'present_over_time') return map(inner, () => 1)
  const times = range.rangeMs / (range.stepMs ?? moving.stepS * 1000)
  if (fn === 'count_over_time') return map(inner, () => times)
  if (fn === 'sum_over_time') return map(inner, (value) => value * times)
  throw new NotEvaluated(`${fn} of a subquery`)
}

/** Linear between the nearest two, as Prometheus does. */
function quantileOf(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const rank = q * (sorted.length - 1)
  const [low, high] = [sorted[Math.max(0, Math.floor(rank))] ?? NaN, sorted[Math.min(sorted.length - 1, Math.floor(rank) + 1)] ?? NaN]
  return low + (high - low) * (rank - Math.floor(rank))
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

function aggregate(expr: Expr & { kind: 'aggregate' }, world: readonly SteadySeries[], moving: Moving | undefined): Result {
  const inner = evaluate(expr.expr, world, moving)
  if (inner.kind === 'scalar') throw new NotEvaluated('an aggregation of a number')
  const { kind, labels: names } = expr.grouping
  const groups = grouped(inner.rows, (labels) =>
    Object.fromEntries(Object.entries(labels).filter(([label]) => names.includes(label) === (kind === 'by'))),
  )
  const param = expr.param === undefined || expr.param.kind === 'string' ? NaN : numberOf(evaluate(expr.param, world, moving))
  if (expr.op === 'topk' || expr.op === 'bottomk') {
    const sign = expr.op === 'topk' ? -1 : 1
    const taken = groups.flatMap(({ rows }) => [...rows].sort((a, b) => sign * (a.value - b.value)).slice(0, Math.max(0, param)))
    return { kind: 'vector', rows: taken }
  }
  const sum = (rows: Row[]): number => rows.reduce((total, row) => total + row.value, 0)
  const mean = (rows: Row[]): number => sum(rows) / rows.length
  const variance = (rows: Row[]): number => sum(rows.map((row) => ({ ...row, value: (row.value - mean(rows)) ** 2 }))) / rows.length
  const fold: Record<string, (rows: Row[]) => number> = {
    sum,
    avg: mean,
    stdvar: variance,
    stddev: (rows) => Math.sqrt(variance(rows)),
    quantile: (rows) =>
      quantileOf(
        rows.map(({ value }) => value),
        param,
      ),
    min: (rows) => Math.min(...rows.map((row) => row.value)),
    max: (rows) => Math.max(...rows.map((row) => row.value)),
    count: (rows) => rows.length,
    group: () => 1,
  }
  if (expr.op === 'count_values' && expr.param?.kind === 'string') {
    const label = expr.param.value
    return {
      kind: 'vector',
      rows: groups.flatMap(({ labels, rows }) =>
        [...Map.groupBy(rows, ({ value }) => value)].map(([value, own]) => ({
          labels: { ...labels, [label]: String(value) },
          value: own.length,
        })),
      ),
    }
  }
  const f = fold[expr.op]
  if (f === undefined) throw new NotEvaluated(expr.op)
  return { kind: 'vector', rows: groups.map(({ labels, rows }) => ({ labels, value: f(rows) })) }
}

function binary(expr: Expr & { kind: 'binary' }, world: readonly SteadySeries[], moving: Moving | undefined): Result {
  const lhs = evaluate(expr.lhs, world, moving)
  const rhs = evaluate(expr.rhs, world, moving)
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
  if (moving === undefined)
    return rowsOf(lhs.rows, (row) => {
      const other = right.get(key(row.labels))
      return other === undefined ? undefined : apply(row.value, other.value, row.value)
    })
  return joined(expr, lhs.rows, rhs.rows, key, apply)
}

/** https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching */
function joined(
  { matching, op, bool }: Expr & { kind: 'binary' },
  left: Row[],
  right: Row[],
  key: (labels: Labels) => string,
  apply: (a: number, b: number, kept: number) => number | undefined,
): Result {
  const side = matching?.group?.side
  const [many, one] = side === 'right' ? [right, left] : [left, right]
  const single = new Map(one.map((row) => [key(row.labels), row]))
  if (single.size < one.length || (side === undefined && new Set(many.map((row) => key(row.labels))).size < many.length))
    throw new NotEvaluated('a join of many to many')
  const rows = many.flatMap((row) => {
    const other = single.get(key(row.labels))
    if (other === undefined) return []
    const [a, b] = side === 'right' ? [other, row] : [row, other]
    const value = apply(a.value, b.value, a.value)
    if (value === undefined) return []
    const included = Object.fromEntries((matching?.group?.include ?? []).map((label) => [label, other.labels[label] ?? '']))
    const isKept = side !== undefined || (isComparator(op) && !bool)
    const labels = isKept ? { ...row.labels, ...included } : (JSON.parse(key(row.labels)) as [string, string][])
    return [{ labels: Array.isArray(labels) ? Object.fromEntries(labels) : labels, value }]
  })
  return { kind: 'vector', rows }
}

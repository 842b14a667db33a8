import type { Facts } from '../model/facts.ts'
import type { Expr } from './ast.ts'
import { isComparator, MIRRORED, type Comparator } from './operators.ts'
import { isScalar } from './shape.ts'

/** The least and the greatest value that a row can have; `because` says what sets the limit, in words. */
export interface Bounds {
  low: number
  high: number
  because?: string
  /** Nothing but a recording says so. */
  isRecorded?: true
}

const ANY: Bounds = { low: -Infinity, high: Infinity }
const POSITIVE: Bounds = { low: 0, high: Infinity }
const ONE: Bounds = { low: 1, high: 1 }
/** A time is seconds since 1970; what is compared with less than this is no time. */
const TIME: Bounds = { low: 1e9, high: 1e11, because: 'a time in seconds since 1970' }

/** https://prometheus.io/docs/prometheus/latest/querying/functions/ */
const FIXED: Record<string, Bounds> = {
  rate: { ...POSITIVE, because: 'a rate is never negative' },
  irate: { ...POSITIVE, because: 'a rate is never negative' },
  increase: { ...POSITIVE, because: 'an increase is never negative' },
  changes: POSITIVE,
  resets: POSITIVE,
  abs: POSITIVE,
  sqrt: POSITIVE,
  exp: POSITIVE,
  stddev_over_time: POSITIVE,
  stdvar_over_time: POSITIVE,
  count_over_time: { low: 1, high: Infinity, because: 'a count of nothing has no row, it is not 0' },
  absent: { ...ONE, because: 'absent() is 1 or has no row' },
  absent_over_time: { ...ONE, because: 'absent_over_time() is 1 or has no row' },
  present_over_time: { ...ONE, because: 'present_over_time() is 1 or has no row' },
  time: TIME,
  timestamp: TIME,
  hour: { low: 0, high: 23, because: 'hour() is 0 to 23' },
  minute: { low: 0, high: 59, because: 'minute() is 0 to 59' },
  month: { low: 1, high: 12, because: 'month() is 1 to 12' },
  day_of_week: { low: 0, high: 6, because: 'day_of_week() is 0 to 6' },
  day_of_month: { low: 1, high: 31, because: 'day_of_month() is 1 to 31' },
  days_in_month: { low: 28, high: 31, because: 'days_in_month() is 28 to 31' },
  sgn: { low: -1, high: 1, because: 'sgn() is -1, 0 or 1' },
}

const KEEPS =
  /^(?:avg_over_time|min_over_time|max_over_time|last_over_time|first_over_time|vector|scalar|sort|sort_desc|sort_by_label|label_replace|label_join)$/

export function boundsOf(expr: Expr, facts: Facts): Bounds {
  switch (expr.kind) {
    case 'number':
      return { low: expr.value, high: expr.value }
    case 'selector':
      return ofSelector(expr, facts)
    case 'negate':
      return negated(boundsOf(expr.expr, facts))
    case 'subquery':
      return boundsOf(expr.expr, facts)
    case 'call':
      return ofCall(expr, facts)
    case 'aggregate':
      return ofAggregate(expr, facts)
    case 'binary':
      return ofBinary(expr, facts)
    default:
      return ANY
  }
}

function ofSelector({ metric }: Expr & { kind: 'selector' }, facts: Facts): Bounds {
  if (metric === null) return ANY
  if (/(?:^|_)up$|^probe_success$/.test(metric)) return { low: 0, high: 1, because: `${metric} is 0 or 1` }
  if (/^(?:process|system)_cpu_usage$/.test(metric)) return { low: -1, high: 1, because: `${metric} is a share, 0 to 1` }
  // 0 where it never was.
  if (/_(?:timestamp|start_time|created)_seconds$/.test(metric)) return { ...TIME, low: 0 }
  const type = facts.type(metric)
  const counts = type === 'counter' || (type !== 'gauge' && /_(?:total|count|bucket)$/.test(metric))
  if (counts) return { ...POSITIVE, because: `the counter ${metric} is never negative` }
  return facts.nonNegative(metric) === true
    ? { ...POSITIVE, because: `no recorded sample of ${metric} is negative`, isRecorded: true }
    : ANY
}

function ofCall({ fn, args }: Expr & { kind: 'call' }, facts: Facts): Bounds {
  const fixed = FIXED[fn]
  if (fixed !== undefined) return fixed
  const [first, second, third] = args
  if (first === undefined) return ANY
  if (fn === 'histogram_quantile' && second !== undefined) return ofQuantile(second, facts)
  if (fn === 'quantile_over_time' && second !== undefined) return boundsOf(second, facts)
  const inner = boundsOf(first, facts)
  if (KEEPS.test(fn)) return inner
  if (fn === 'sum_over_time') return inner.low >= 0 ? { ...inner, low: 0, high: Infinity } : ANY
  if (fn === 'ceil') return { ...inner, low: Math.ceil(inner.low), high: Math.ceil(inner.high) }
  if (fn === 'floor') return { ...inner, low: Math.floor(inner.low), high: Math.floor(inner.high) }
  const limit = (arg: Expr | undefined, otherwise: number): number => (arg?.kind === 'number' ? arg.value : otherwise)
  if (fn === 'clamp') return clamped(inner, limit(second, -Infinity), limit(third, Infinity))
  if (fn === 'clamp_min') return clamped(inner, limit(second, -Infinity), Infinity)
  if (fn === 'clamp_max') return clamped(inner, -Infinity, limit(second, Infinity))
  return ANY
}

function clamped({ low, high }: Bounds, least: number, most: number): Bounds {
  return { low: Math.min(most, Math.max(least, low)), high: Math.min(most, Math.max(least, high)), because: 'clamp() sets the limit' }
}

/**
 * A quantile above the last finite bucket is that bucket's bound.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
function ofQuantile(buckets: Expr, facts: Facts): Bounds {
  const metrics = new Set<string>()
  const look = (expr: Expr): void => {
    if (expr.kind === 'selector') metrics.add(expr.metric ?? '')
    else if (expr.kind === 'aggregate' || expr.kind === 'negate' || expr.kind === 'subquery') look(expr.expr)
    else if (expr.kind === 'call') expr.args.forEach(look)
    else if (expr.kind === 'binary') [expr.lhs, expr.rhs].forEach(look)
  }
  look(buckets)
  const [metric = ''] = metrics
  const bounds = [...(facts.valuesOf(metric, 'le') ?? [])].map(Number).filter(Number.isFinite)
  if (metrics.size !== 1 || bounds.length < 2) return ANY
  const last = Math.max(...bounds)
  return { low: Math.min(...bounds) > 0 ? 0 : -Infinity, high: last, because: `the last bucket of ${metric} ends at ${last}` }
}

function ofAggregate({ op, expr }: Expr & { kind: 'aggregate' }, facts: Facts): Bounds {
  if (op === 'count' || op === 'count_values') return { low: 1, high: Infinity, because: 'a count of nothing has no row, it is not 0' }
  if (op === 'group') return ONE
  const inner = boundsOf(expr, facts)
  if (op === 'stddev' || op === 'stdvar') return spreadOf(inner, op === 'stdvar')
  if (op !== 'sum') return inner
  return { ...inner, low: inner.low >= 0 ? inner.low : -Infinity, high: inner.high <= 0 ? inner.high : Infinity }
}

/** Half of the range is the greatest standard deviation that its values can have. */
function spreadOf({ low, high }: Bounds, isSquared: boolean): Bounds {
  const half = (high - low) / 2
  if (!Number.isFinite(half)) return POSITIVE
  return { low: 0, high: isSquared ? half * half : half, because: `values from ${low} to ${high} deviate no more` }
}

function ofBinary(expr: Expr & { kind: 'binary' }, facts: Facts): Bounds {
  const { op, lhs, rhs } = expr
  const [a, b] = [boundsOf(lhs, facts), boundsOf(rhs, facts)]
  if (expr.bool) return { low: 0, high: 1, because: 'a comparison with bool is 0 or 1' }
  const because = a.because ?? b.because
  const said = {
    ...(because === undefined ? {} : { because }),
    ...(a.isRecorded === true || b.isRecorded === true ? { isRecorded: true as const } : {}),
  }
  const sane = (low: number, high: number): Bounds =>
    Number.isNaN(low) || Number.isNaN(high) ? ANY : { low: Math.min(low, high), high: Math.max(low, high), ...said }
  if (isComparator(op)) return isScalar(rhs) ? passing(a, op, b) : isScalar(lhs) ? passing(b, MIRRORED[op], a) : a
  if (op === 'and' || op === 'unless') return a
  if (op === 'or') return sane(Math.min(a.low, b.low), Math.max(a.high, b.high))
  const age = op === '-' ? ageOf(lhs, rhs) : undefined
  if (age !== undefined) return age
  if (op === '+') return sane(a.low + b.low, a.high + b.high)
  if (op === '-') return sane(a.low - b.high, a.high - b.low)
  if (op === '*' || op === '/') {
    const [times, part] = scaled(lhs)
    if (op === '/' && times > 0 && isMean(part, rhs)) {
      const mean = boundsOf(part.expr, facts)
      return { ...mean, low: mean.low * times, high: mean.high * times }
    }
    if (op === '/' && times > 0 && isSpace(part, rhs))
      return { low: 0, high: times, because: `what is left of a disk or a memory, divided by its size, is 0 to ${times}` }
    if (op === '/' && a.low >= 0 && times > 0 && isShareOf(part, rhs))
      return { low: 0, high: times, because: `a part divided by its whole is 0 to ${times}` }
    const [constant, other] = b.low === b.high ? [b.low, a] : op === '*' && a.low === a.high ? [a.low, b] : []
    if (constant !== undefined && other !== undefined && constant !== 0)
      return op === '*' ? sane(other.low * constant, other.high * constant) : sane(other.low / constant, other.high / constant)
    return a.low >= 0 && b.low >= 0 ? { ...POSITIVE, ...said } : ANY
  }
  return ANY
}

/** The next number is near enough: what is greater than 5 is at least this. */
const NEXT = 1e-9

/** The values that a comparison lets through; as they were where it lets none through, which is said of itself. */
function passing(values: Bounds, op: Comparator, { low, high }: Bounds): Bounds {
  const least = op === '>' ? low + NEXT : op === '>=' || op === '==' ? low : -Infinity
  const most = op === '<' ? high - NEXT : op === '<=' || op === '==' ? high : Infinity
  const left = { low: Math.max(values.low, least), high: Math.min(values.high, most) }
  if (!(left.low <= left.high) || (left.low === values.low && left.high === values.high)) return values
  const limit = low === high ? String(low) : 'that'
  return { ...left, because: `only what is ${op} ${limit} is left` }
}

function negated({ low, high, ...said }: Bounds): Bounds {
  return { ...said, low: -high, high: -low }
}

/** `100 * a / b` divides `100 * a`: the constant and what it multiplies. */
function scaled(expr: Expr): [number, Expr] {
  if (expr.kind !== 'binary' || expr.op !== '*') return [1, expr]
  const { lhs, rhs } = expr
  const [by, other] = lhs.kind === 'number' ? [lhs.value, rhs] : rhs.kind === 'number' ? [rhs.value, lhs] : [1, undefined]
  if (other === undefined) return [1, expr]
  const [times, inner] = scaled(other)
  return [by * times, inner]
}

/** https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness */
const LOOKBACK_S = 300

/** `time() - timestamp(x)`: of a sample that is older there is no row. */
function ageOf(now: Expr, then: Expr): Bounds | undefined {
  if (now.kind !== 'call' || now.fn !== 'time') return undefined
  const inner = then.kind === 'aggregate' && /^(?:max|min|avg)$/.test(then.op) ? then.expr : then
  const [sample] = inner.kind === 'call' && inner.fn === 'timestamp' ? inner.args : []
  return sample?.kind === 'selector' && sample.offsetMs === 0 && sample.at === undefined
    ? { low: 0, high: LOOKBACK_S, because: 'a series whose newest sample is older than 5m has no row; use absent() or up' }
    : undefined
}

/** `sum(x) / count(x)`, of the same groups. */
function isMean(sum: Expr, count: Expr): sum is Expr & { kind: 'aggregate' } {
  return (
    sum.kind === 'aggregate' &&
    count.kind === 'aggregate' &&
    sum.op === 'sum' &&
    count.op === 'count' &&
    sameGroups(sum, count) &&
    sameSeries(sum.expr, count.expr)
  )
}

function sameSeries(one: Expr, other: Expr): boolean {
  return one.kind === 'selector' && other.kind === 'selector' && isShareOf(one, other) && isShareOf(other, one)
}

function sameGroups(one: Expr & { kind: 'aggregate' }, other: Expr & { kind: 'aggregate' }): boolean {
  return (
    JSON.stringify([one.grouping.kind, [...one.grouping.labels].sort()]) ===
    JSON.stringify([other.grouping.kind, [...other.grouping.labels].sort()])
  )
}

/** Names of what a disk or a memory has, and of its whole. https://github.com/prometheus/node_exporter, windows_exporter */
const LEFT =
  /^(?:node_filesystem_(?:avail|free|files_free)(?:_bytes)?|node_memory_(?:MemAvailable|MemFree|Buffers|Cached|SwapFree|SwapCached|Active|Inactive|Slab|AnonPages|Mapped|Shmem)_bytes|windows_(?:logical_disk|os|memory|cs)_\w*(?:free|available)\w*_bytes)$/
const WHOLE =
  /^(?:node_filesystem_(?:size|files)(?:_bytes)?|node_memory_(?:MemTotal|SwapTotal)_bytes|windows_(?:logical_disk_size|cs_physical_memory|os_visible_memory|memory_physical_total)_bytes)$/

/** `avail / size`, or `(size - avail) / size`. */
function isSpace(part: Expr, whole: Expr): boolean {
  const metric = (expr: Expr): string =>
    expr.kind === 'selector' ? (expr.metric ?? '') : expr.kind === 'aggregate' && expr.op === 'sum' ? metric(expr.expr) : ''
  if (!WHOLE.test(metric(whole)) || isGrouped(part) !== isGrouped(whole)) return false
  if (part.kind === 'binary' && part.op === '-') return metric(part.lhs) === metric(whole) && LEFT.test(metric(part.rhs))
  return LEFT.test(metric(part)) && metric(part) !== metric(whole)
}

function isGrouped(expr: Expr): boolean {
  return expr.kind === 'aggregate' || (expr.kind === 'binary' && isGrouped(expr.lhs))
}

/** Whether the rows of `part` are some of those of `whole`: the same expression with further matchers. */
function isShareOf(part: Expr, whole: Expr): boolean {
  if (part.kind === 'call' && whole.kind === 'call')
    return (
      part.fn === whole.fn && /^(?:rate|increase|irate)$/.test(part.fn) && part.args.every((arg, i) => isShareOf(arg, whole.args[i] ?? arg))
    )
  if (part.kind === 'aggregate' && whole.kind === 'aggregate')
    return part.op === whole.op && /^(?:sum|count)$/.test(part.op) && sameGroups(part, whole) && isShareOf(part.expr, whole.expr)
  // Those that a condition leaves are some of them.
  if (part.kind === 'binary' && isComparator(part.op) && !part.bool && isScalar(part.rhs)) return isShareOf(part.lhs, whole)
  if (part.kind !== 'selector' || whole.kind !== 'selector') return false
  const sameWindow = part.rangeMs === whole.rangeMs && part.offsetMs === whole.offsetMs && part.at === whole.at
  return (
    part.metric !== null &&
    part.metric === whole.metric &&
    sameWindow &&
    whole.matchers.every((matcher) =>
      part.matchers.some((other) => other.label === matcher.label && other.op === matcher.op && other.value === matcher.value),
    )
  )
}

/** Whether `a OP b` holds for no, or for all values within the bounds; undefined when it depends on the value. */
export function decided(a: Bounds, op: Comparator, b: Bounds): 'never' | 'always' | undefined {
  switch (op) {
    case '>':
      return a.high <= b.low ? 'never' : a.low > b.high ? 'always' : undefined
    case '>=':
      return a.high < b.low ? 'never' : a.low >= b.high ? 'always' : undefined
    case '<':
      return a.low >= b.high ? 'never' : a.high < b.low ? 'always' : undefined
    case '<=':
      return a.low > b.high ? 'never' : a.high <= b.low ? 'always' : undefined
    case '==':
      return a.high < b.low || a.low > b.high ? 'never' : a.low === a.high && b.low === b.high && a.low === b.low ? 'always' : undefined
    case '!=':
      return a.high < b.low || a.low > b.high ? 'always' : undefined
  }
}

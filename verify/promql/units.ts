import type { Expr } from './ast.ts'
import { isComparator } from './operators.ts'

/** What an expression counts in: `factor` of it are one base unit (1000 of seconds: milliseconds). */
export interface Measured {
  base: 'seconds' | 'bytes' | 'share'
  factor: number
  /** The metric that says so; of a share, the one above the line. */
  metric: string
  /** Of a share: seconds in a second, which some show as seconds. */
  ofTime?: true
  /** A counter that goes on growing: its rate is per second. */
  isRate?: true
}

/** By the base units of names: https://prometheus.io/docs/practices/naming/#base-units. Undefined: nothing says. */
export function measured(expr: Expr): Measured | undefined {
  switch (expr.kind) {
    case 'selector':
      return ofName(expr.metric ?? '')
    case 'negate':
    case 'subquery':
      return measured(expr.expr)
    case 'aggregate':
      return /^(?:sum|avg|min|max|topk|bottomk|quantile)$/.test(expr.op) ? measured(expr.expr) : undefined
    case 'call':
      return ofCall(expr)
    case 'binary':
      return ofBinary(expr)
    default:
      return undefined
  }
}

function ofName(name: string): Measured | undefined {
  // A rate by its own name, and bytes by the thousand.
  if (/_per_(?:seconds?|sec|minutes?|hours?)(?:_|$)|_[kmg]i?b(?:ytes)?(?:_|$)/i.test(name)) return undefined
  // Of its own parts only the number of what was measured has another unit.
  const whole = name.replace(/_(?:bucket|sum|max|min|total|avg)$/, '')
  const factor = /_(?:milliseconds|millis|ms)$/.test(whole) ? 1000 : 1
  if (/(?:_seconds|_milliseconds|_millis|_ms)$/.test(whole)) return { base: 'seconds', factor, metric: name }
  return /_bytes$/.test(whole) ? { base: 'bytes', factor: 1, metric: name } : undefined
}

const SAME =
  /^(?:(?:avg|min|max|last|first|quantile)_over_time|abs|ceil|floor|round|clamp|clamp_min|clamp_max|delta|sort|sort_desc|label_replace|label_join|histogram_quantile)$/

function ofCall({ fn, args }: Expr & { kind: 'call' }): Measured | undefined {
  const inner = args.flatMap((arg) => (arg.kind === 'number' || arg.kind === 'string' ? [] : [arg]))[0]
  if (inner === undefined) return undefined
  const found = measured(inner)
  if (SAME.test(fn)) return found
  if (found === undefined || !/^(?:rate|irate|increase)$/.test(fn)) return undefined
  // Seconds in a second are a share: of a CPU, say. Buckets and sums are read by histogram_quantile and by a division.
  return /_(?:bucket|sum)$/.test(found.metric)
    ? { ...found, isRate: true }
    : fn !== 'increase' && found.base === 'seconds'
      ? { ...found, base: 'share', ofTime: true }
      : { ...found, isRate: true }
}

function ofBinary({ op, lhs, rhs, bool }: Expr & { kind: 'binary' }): Measured | undefined {
  if (bool) return undefined
  if (op === 'and' || op === 'unless' || isComparator(op)) return measured(lhs)
  if (op === '*' && lhs.kind === 'number') return times(measured(rhs), lhs.value)
  if (rhs.kind === 'number' && (op === '*' || op === '/')) return times(measured(lhs), op === '*' ? rhs.value : 1 / rhs.value)
  const [a, b] = [measured(lhs), measured(rhs)]
  // 1 - share
  if (op === '-' && lhs.kind === 'number') return b?.base === 'share' && b.factor === lhs.value ? b : undefined
  if (op === '+' || op === '-' || op === 'or')
    return a !== undefined && b !== undefined && a.base === b.base && a.factor === b.factor ? a : undefined
  if (op !== '/' || a === undefined) return ofCounts(op, lhs, rhs)
  if (b === undefined) return isCountOf(rhs, a.metric) ? without(a) : undefined
  return a.base === b.base && a.base !== 'share' ? { base: 'share', factor: a.factor / b.factor, metric: a.metric } : undefined
}

function without({ isRate: _, ...rest }: Measured): Measured {
  return rest
}

function times(found: Measured | undefined, by: number): Measured | undefined {
  return found === undefined || !(by > 0) ? undefined : { ...found, factor: found.factor * by }
}

/** A part of a counter divided by the counter is a share: errors of all requests. */
function ofCounts(op: string, lhs: Expr, rhs: Expr): Measured | undefined {
  const [inner, by] =
    lhs.kind === 'binary' && lhs.op === '*'
      ? lhs.lhs.kind === 'number'
        ? [lhs.rhs, lhs.lhs.value]
        : lhs.rhs.kind === 'number'
          ? [lhs.lhs, lhs.rhs.value]
          : [lhs, 1]
      : [lhs, 1]
  const [a, b] = [counter(inner), counter(rhs)]
  return op === '/' && a !== undefined && a === b ? { base: 'share', factor: by, metric: a } : undefined
}

function counter(expr: Expr): string | undefined {
  if (expr.kind === 'aggregate') return expr.op === 'sum' ? counter(expr.expr) : undefined
  if (expr.kind === 'call' && /^(?:rate|irate|increase)$/.test(expr.fn))
    return expr.args[0]?.kind === 'selector' ? (expr.args[0].metric ?? undefined) : undefined
  return undefined
}

/** x_sum divided by x_count is the mean of x. */
function isCountOf(expr: Expr, sum: string): boolean {
  const metric = counter(expr) ?? (expr.kind === 'selector' ? expr.metric : undefined)
  return metric !== undefined && metric !== null && metric === sum.replace(/_sum$/, '_count') && metric !== sum
}

/** Whether the expression multiplies by 100, or its metric says that it is a percentage. */
export function isPercentage(expr: Expr): boolean {
  const isHundred = (each: Expr): boolean => each.kind === 'number' && each.value === 100
  switch (expr.kind) {
    case 'selector':
      return /_(?:percent|percentage|pct)$/.test(expr.metric ?? '')
    case 'negate':
    case 'subquery':
      return isPercentage(expr.expr)
    case 'aggregate':
      return !/^count/.test(expr.op) && isPercentage(expr.expr)
    case 'call':
      return SAME.test(expr.fn) && expr.args.some(isPercentage)
    case 'binary': {
      const { op, lhs, rhs } = expr
      if (op === 'and' || op === 'unless' || isComparator(op)) return isPercentage(lhs)
      if (op === '/') return !isHundred(rhs) && isPercentage(lhs) && !isPercentage(rhs)
      if (op === '*') return [lhs, rhs].some((each) => isHundred(each) || isPercentage(each))
      if (op === '-') return isHundred(lhs) || isPercentage(lhs)
      return (op === '+' || op === 'or') && [lhs, rhs].every(isPercentage)
    }
    default:
      return false
  }
}

import type { Expr, Selector } from './ast.ts'
import { ARITHMETIC, isComparator, MIRRORED } from './operators.ts'

/** The number that an expression is, where it is one: 1024 * 1024, -1, Inf. */
export function constantOf(expr: Expr): number | undefined {
  if (expr.kind === 'number') return expr.value
  if (expr.kind === 'negate') {
    const value = constantOf(expr.expr)
    return value === undefined ? undefined : -value
  }
  if (expr.kind === 'call' && (expr.fn === 'vector' || expr.fn === 'scalar') && expr.args[0] !== undefined) return constantOf(expr.args[0])
  if (expr.kind !== 'binary') return undefined
  const [left, right] = [constantOf(expr.lhs), constantOf(expr.rhs)]
  return left === undefined || right === undefined ? undefined : ARITHMETIC[expr.op]?.(left, right)
}

/** Series that are not 0 wherever the expression has a row: `x > 0` and what must be true beside it. */
export function nonZeroIn(expr: Expr): Selector[] {
  switch (expr.kind) {
    case 'binary': {
      const { op, lhs, rhs, bool } = expr
      if (op === 'or') {
        const right = nonZeroIn(rhs)
        return nonZeroIn(lhs).filter(({ metric }) => right.some((other) => other.metric === metric))
      }
      if (op === 'unless') return [...nonZeroIn(lhs), ...zeroesIn(rhs)]
      // x * (limit > bool 0): +Inf * 0 is NaN, which no comparison lets through.
      const factors = op === '*' ? [lhs, rhs].flatMap((side) => (side.kind === 'binary' && side.bool ? excluding(side) : [])) : []
      return [...nonZeroIn(lhs), ...nonZeroIn(rhs), ...factors, ...(bool ? [] : excluding(expr))]
    }
    case 'aggregate':
    case 'negate':
    case 'subquery':
      return nonZeroIn(expr.expr)
    case 'call':
      return expr.fn.startsWith('absent') ? [] : expr.args.flatMap(nonZeroIn)
    default:
      return []
  }
}

/** Series that have a row here wherever they are 0: what `unless` takes away. */
export function zeroesIn(expr: Expr): Selector[] {
  if (expr.kind === 'aggregate' || expr.kind === 'subquery') return zeroesIn(expr.expr)
  if (expr.kind !== 'binary' || expr.bool) return []
  if (expr.op === 'or') return [...zeroesIn(expr.lhs), ...zeroesIn(expr.rhs)]
  const [value, op, limit] = sides(expr)
  if (value === undefined || limit === undefined) return []
  const isTaken = op === '==' ? limit === 0 : op === '<=' ? limit >= 0 : op === '<' ? limit > 0 : op === '>=' ? limit === 0 : false
  return isTaken ? [value] : []
}

/** The series of a comparison that 0 does not meet. */
function excluding(expr: Expr & { kind: 'binary' }): Selector[] {
  const [value, op, limit] = sides(expr)
  if (value === undefined) return []
  // limit > used: what is used is at least 0.
  if (limit === undefined) return op === '>' ? [value] : []
  const holds = { '>': 0 > limit, '>=': 0 >= limit, '<': 0 < limit, '<=': 0 <= limit, '==': limit === 0, '!=': limit !== 0 }[op]
  return holds === false ? [value] : []
}

/** A comparison as series, operator, number; without a number where the other side is none. */
function sides({ op, lhs, rhs }: Expr & { kind: 'binary' }): [value: Selector | undefined, op: string, limit: number | undefined] {
  if (!isComparator(op)) return [undefined, op, undefined]
  const mirrored = MIRRORED[op]
  const [left, right] = [seriesOf(lhs), seriesOf(rhs)]
  if (left !== undefined && constantOf(rhs) !== undefined) return [left, op, constantOf(rhs)]
  if (right !== undefined && constantOf(lhs) !== undefined) return [right, mirrored, constantOf(lhs)]
  return op === '>' && left !== undefined
    ? [left, op, undefined]
    : op === '<' && right !== undefined
      ? [right, '>', undefined]
      : [undefined, op, undefined]
}

/** The series that an expression is 0 with. */
function seriesOf(expr: Expr): Selector | undefined {
  switch (expr.kind) {
    case 'selector':
      return expr
    case 'aggregate':
      return /^(?:sum|min|max|avg)$/.test(expr.op) ? seriesOf(expr.expr) : undefined
    case 'call':
      return expr.args[0] !== undefined &&
        /^(?:abs|ceil|floor|round|(?:min|max|avg|sum|last)_over_time|label_replace|label_join|sum)$/.test(expr.fn)
        ? seriesOf(expr.args[0])
        : undefined
    case 'binary': {
      const [left, right] = [seriesOf(expr.lhs), seriesOf(expr.rhs)]
      if (expr.op === '*') return constantOf(expr.rhs) !== undefined ? left : constantOf(expr.lhs) !== undefined ? right : undefined
      return expr.op === '/' && constantOf(expr.rhs) !== undefined ? left : /^[<>=!]/.test(expr.op) && !expr.bool ? left : undefined
    }
    default:
      return undefined
  }
}

import type { Expr } from './ast.ts'
import { isComparator } from './operators.ts'

/**
 * Whether rows of the expression come and go with what is measured. A rule whose rows are always there always fires. What cannot be known
 * (a recorded series, which may hold a filter) counts as one that filters.
 */
export function filters(expr: Expr): boolean {
  switch (expr.kind) {
    case 'selector':
      return expr.metric === null || expr.metric.includes(':') || /^ALERTS(?:_FOR_STATE)?$/.test(expr.metric)
    case 'negate':
    case 'subquery':
    case 'aggregate':
      return filters(expr.expr)
    case 'call':
      return /^absent(?:_over_time)?$/.test(expr.fn) || (expr.fn !== 'scalar' && expr.args.some(filters))
    case 'binary':
      if (expr.op === 'unless') return true
      // A series that is there only at times may be what is waited for; a comparison with bool always is there.
      if (expr.op === 'and') return filters(expr.lhs) || filters(expr.rhs) || !(isBool(expr.lhs) || isBool(expr.rhs))
      if (expr.op === 'or') return filters(expr.lhs) && filters(expr.rhs)
      return (
        (isComparator(expr.op) && !expr.bool && !(isConstant(expr.lhs) && isConstant(expr.rhs))) || filters(expr.lhs) || filters(expr.rhs)
      )
    default:
      return false
  }
}

/** The same without the guards of its divisions: `a / (b > 0)` is a number for every b that is set, and no condition. */
export function withoutGuards(expr: Expr): Expr {
  switch (expr.kind) {
    case 'negate':
    case 'aggregate':
      return { ...expr, expr: withoutGuards(expr.expr) }
    case 'call':
      return { ...expr, args: expr.args.map(withoutGuards) }
    case 'binary': {
      const { rhs } = expr
      const isGuard =
        expr.op === '/' && rhs.kind === 'binary' && /^(?:>|!=)$/.test(rhs.op) && rhs.rhs.kind === 'number' && rhs.rhs.value === 0
      return { ...expr, lhs: withoutGuards(expr.lhs), rhs: withoutGuards(isGuard ? rhs.lhs : rhs) }
    }
    default:
      return expr
  }
}

function isBool(expr: Expr): boolean {
  return expr.kind === 'binary' && expr.bool === true
}

/** A number, however written: 1, -1, vector(1), 60 * 60. */
export function isConstant(expr: Expr): boolean {
  switch (expr.kind) {
    case 'number':
      return true
    case 'negate':
      return isConstant(expr.expr)
    case 'call':
      return /^(?:vector|scalar)$/.test(expr.fn) && expr.args.every(isConstant)
    case 'binary':
      return isConstant(expr.lhs) && isConstant(expr.rhs)
    default:
      return false
  }
}

/** Sides of `or` at the top of a condition: each fires on its own. */
export function alternatives(expr: Expr): Expr[] {
  if (expr.kind === 'call' && /^sort(?:_desc|_by_label|_by_label_desc)?$/.test(expr.fn) && expr.args[0] !== undefined)
    return alternatives(expr.args[0])
  return expr.kind === 'binary' && expr.op === 'or' ? [...alternatives(expr.lhs), ...alternatives(expr.rhs)] : [expr]
}

import type { Expr } from './ast.ts'
import { ARITHMETIC } from './operators.ts'

/** The number that an expression is, however it is written: 1, -1, 60 * 60; undefined where it has series. */
export function constantOf(expr: Expr): number | undefined {
  switch (expr.kind) {
    case 'number':
      return expr.value
    case 'negate': {
      const value = constantOf(expr.expr)
      return value === undefined ? undefined : -value
    }
    case 'binary': {
      const [lhs, rhs] = [constantOf(expr.lhs), constantOf(expr.rhs)]
      return lhs === undefined || rhs === undefined ? undefined : ARITHMETIC[expr.op]?.(lhs, rhs)
    }
    default:
      return undefined
  }
}

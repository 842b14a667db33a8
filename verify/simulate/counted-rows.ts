import { walk, type Expr } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { isComparator } from '../promql/operators.ts'

/** Rows of a share: twentieths tell a tenth from a ninth. */
const OF_A_SHARE = 20
const MOST = 40
/** Where two counts are compared with each other. */
const OF_TWO_COUNTS = 8

/** Whether an aggregation depends on how many rows there are, and not on their values alone. */
export function isCounting(node: Expr): boolean {
  if (node.kind !== 'aggregate') return false
  if (node.op === 'count' || node.op === 'count_values') return true
  return (node.op === 'sum' || node.op === 'avg') && node.expr.kind === 'binary' && isComparator(node.expr.op)
}

/**
 * How many rows that differ in one label alone show every number that a condition counts with: two more than `count(x) > 5` or `topk(5, x)`
 * names, 20 for a share. 0: it does not count. A number that is out of reach stays untested.
 */
export function rowsCounted(expr: Expr): number {
  const needed = walk(expr).map((node) => {
    if (node.kind === 'aggregate' && (node.op === 'topk' || node.op === 'bottomk')) return 2 + (constantOf(node.param ?? node) ?? 0)
    if (node.kind !== 'binary' || !isComparator(node.op) || !walk(node).some(isCounting)) return 0
    const limit = constantOf(node.rhs) ?? constantOf(node.lhs)
    if (limit === undefined) return OF_TWO_COUNTS
    const isShare = walk(node).some((each) => each.kind === 'binary' && each.op === '/' && walk(each).some(isCounting))
    // What is counted is held against a number of its own first: that is none of rows.
    const value = constantOf(node.rhs) === undefined ? node.rhs : node.lhs
    return isShare ? OF_A_SHARE : walk(value).some(isCounting) ? Math.ceil(Math.abs(limit)) + 2 : 0
  })
  return Math.max(0, ...needed.filter((rows) => rows <= MOST))
}

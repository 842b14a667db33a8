import type { Expr } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { compares, isComparator, type Comparator } from '../promql/operators.ts'

/**
 * The parts of a chain of `and`, without those that another part implies: of `x > 30 and x > 10` the first alone. Equal lists are equal
 * conditions: the number of a part that is implied does not matter.
 */
export function partsThatCount(text: string, expr: Expr): string[] {
  const written = ({ span }: Expr): string => text.slice(span.from, span.to).replace(/\s+/g, ' ')
  const parts = chain(expr).map((part) => ({ text: written(part), bound: boundOf(part, written) }))
  const kept = parts.filter(
    ({ bound }, index) =>
      bound === undefined ||
      !parts.some(
        (other, place) =>
          place !== index &&
          other.bound?.value === bound.value &&
          implies(other.bound, bound) &&
          (place < index || !implies(bound, other.bound)),
      ),
  )
  return kept.map((part) => part.text)
}

interface Bound {
  value: string
  op: Comparator
  limit: number
}

/** A join by some labels still finds the row itself. */
const chain = (expr: Expr): Expr[] => (expr.kind === 'binary' && expr.op === 'and' ? [...chain(expr.lhs), ...chain(expr.rhs)] : [expr])

function boundOf(part: Expr, written: (node: Expr) => string): Bound | undefined {
  if (part.kind !== 'binary' || part.bool || !isComparator(part.op)) return undefined
  const limit = constantOf(part.rhs)
  return limit === undefined ? undefined : { value: written(part.lhs), op: part.op, limit }
}

/** Between two numbers and beyond them nothing changes. */
function implies(one: Bound, other: Bound): boolean {
  const values = [one.limit, other.limit].flatMap((limit) => [limit - 1, limit, limit + 1])
  return [...values, (one.limit + other.limit) / 2, -Infinity, Infinity, NaN].every(
    (value) => !compares(value, one.op, one.limit) || compares(value, other.op, other.limit),
  )
}

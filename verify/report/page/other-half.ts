import { children } from '../../promql/ast.ts'
import type { Expr } from '../../promql/ast.ts'
import { parsePromql } from '../../promql/parse-promql.ts'
import { selectorText } from '../../promql/selector-text.ts'

/**
 * Of a condition with `or` those selectors that stand in an operand of which the subject has no series at all, while the other operand has
 * some: the condition of another service. `has`: whether the subject has series of a selector (its text); undefined: it is not known.
 */
export function otherHalf(expr: string, has: (selector: string) => boolean | undefined): ReadonlySet<string> {
  const parsed = parsePromql(expr)
  if (!parsed.ok) return new Set()
  const left = new Set<string>()
  const kept = new Set<string>()
  const walk = (node: Expr, isLeft: boolean): void => {
    if (node.kind === 'selector') (isLeft ? left : kept).add(selectorText(node))
    else if (node.kind === 'binary' && node.op === 'or') {
      const [lhs, rhs] = [node.lhs, node.rhs].map((side) => selectorsIn(side).map(has))
      const isEmpty = (own: readonly (boolean | undefined)[]): boolean => own.length > 0 && own.every((each) => each === false)
      const isThere = (own: readonly (boolean | undefined)[]): boolean => own.includes(true)
      walk(node.lhs, isLeft || (isEmpty(lhs ?? []) && isThere(rhs ?? [])))
      walk(node.rhs, isLeft || (isEmpty(rhs ?? []) && isThere(lhs ?? [])))
    } else for (const child of children(node)) walk(child, isLeft)
  }
  walk(parsed.expr, false)
  // What stands in both halves is looked at.
  return new Set([...left].filter((selector) => !kept.has(selector)))
}

function selectorsIn(node: Expr): string[] {
  return node.kind === 'selector' ? [selectorText(node)] : children(node).flatMap(selectorsIn)
}

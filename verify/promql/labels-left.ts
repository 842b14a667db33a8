import type { Expr } from './ast.ts'
import { parsePromql } from './parse-promql.ts'

/** The only labels that rows of this expression can have, where an aggregation fixes them; undefined when they are those of the series. */
export function labelsLeft(expr: string): Set<string> | undefined {
  const parsed = parsePromql(expr)
  return parsed.ok ? left(parsed.expr) : undefined
}

function left(expr: Expr): Set<string> | undefined {
  switch (expr.kind) {
    case 'negate':
      return left(expr.expr)
    case 'aggregate':
      return expr.grouping.kind === 'without' || /^(?:topk|bottomk|limitk|limit_ratio)$/.test(expr.op)
        ? undefined
        : new Set(expr.grouping.labels)
    case 'call': {
      if (expr.fn === 'vector') return new Set()
      if (/^(?:label_|info$)/.test(expr.fn)) return undefined
      // absent() has the labels that its selector fixes, and no others: https://prometheus.io/docs/prometheus/latest/querying/functions/#absent
      if (expr.fn.startsWith('absent')) {
        const [of] = expr.args
        const fixed = of?.kind === 'selector' ? of.matchers.filter(({ op, value }) => op === '=' && value !== '') : []
        return new Set(fixed.map(({ label }) => label).filter((label) => label !== '__name__'))
      }
      const [vector, ...more] = expr.args.filter(({ kind }) => kind !== 'number' && kind !== 'string')
      const inner = vector === undefined || more.length > 0 ? undefined : left(vector)
      if (expr.fn === 'histogram_quantile') inner?.delete('le')
      return inner
    }
    case 'binary':
      return ofBinary(expr)
    default:
      return undefined
  }
}

function ofBinary({ op, lhs, rhs, matching }: Expr & { kind: 'binary' }): Set<string> | undefined {
  if (lhs.kind === 'number') return left(rhs)
  if (rhs.kind === 'number') return left(lhs)
  const [mine, theirs] = [left(lhs), left(rhs)]
  if (op === 'and' || op === 'unless') return mine
  if (op === 'or') return mine === undefined || theirs === undefined ? undefined : new Set([...mine, ...theirs])
  // Without on or ignoring only rows with equal labels meet.
  if (matching === undefined) return mine ?? theirs
  return matching.kind === 'on' && matching.group === undefined ? new Set(matching.labels) : undefined
}

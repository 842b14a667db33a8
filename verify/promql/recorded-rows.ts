import type { Labels } from '../model/spec.ts'
import type { Expr, Selector } from './ast.ts'
import { accepts } from './compare-matchers.ts'
import { filters } from './filters.ts'

/**
 * The label sets of an expression's rows over recorded series; undefined where they depend on values or on what was not recorded. They are
 * some of the rows that there can be: what is twice among them is twice, what is not may be.
 */
export function recordedRows(expr: Expr, seriesOf: (selector: Selector) => Labels[]): Labels[] | undefined {
  if (filters(expr)) return undefined
  const rows = rowsOf(expr, seriesOf)
  return rows === undefined || rows.length === 0 ? undefined : rows
}

function rowsOf(expr: Expr, seriesOf: (selector: Selector) => Labels[]): Labels[] | undefined {
  switch (expr.kind) {
    case 'selector':
      return seriesOf(expr).filter((labels) => expr.matchers.every((matcher) => accepts(matcher, labels[matcher.label] ?? '')))
    case 'negate':
    case 'subquery':
      return rowsOf(expr.expr, seriesOf)
    case 'call': {
      if (/^(?:label_|absent|info$|histogram_|vector$)/.test(expr.fn)) return undefined
      const vector = expr.args.find((arg) => arg.kind !== 'number' && arg.kind !== 'string')
      return vector === undefined ? undefined : rowsOf(vector, seriesOf)
    }
    case 'aggregate': {
      if (/^(?:topk|bottomk|limitk|limit_ratio|count_values)$/.test(expr.op)) return undefined
      const { kind, labels } = expr.grouping
      const inner = rowsOf(expr.expr, seriesOf)
      const kept = inner?.map((row) =>
        Object.fromEntries(Object.entries(row).filter(([name]) => labels.includes(name) === (kind === 'by'))),
      )
      return kept === undefined ? undefined : [...new Map(kept.map((row) => [key(row), row])).values()]
    }
    case 'binary':
      if (expr.rhs.kind === 'number') return rowsOf(expr.lhs, seriesOf)
      return expr.lhs.kind === 'number' ? rowsOf(expr.rhs, seriesOf) : undefined
    default:
      return undefined
  }
}

/** Two rows that are one for the matching of a binary operator; undefined when each is by itself. */
export function sameForMatching(rows: readonly Labels[], matching: (Expr & { kind: 'binary' })['matching']): [Labels, Labels] | undefined {
  const seen = new Map<string, Labels>()
  for (const row of rows) {
    const compared = Object.entries(row).filter(
      ([name]) => matching === undefined || matching.labels.includes(name) === (matching.kind === 'on'),
    )
    const id = key(Object.fromEntries(compared))
    const other = seen.get(id)
    if (other !== undefined) return [other, row]
    seen.set(id, row)
  }
  return undefined
}

function key(row: Labels): string {
  return JSON.stringify(
    Object.entries(row)
      .filter(([, value]) => value !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

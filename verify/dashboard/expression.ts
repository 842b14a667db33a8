import { string, type Fields } from './fields.ts'
import type { PanelQuery } from './panel.ts'

type Asked = Pick<PanelQuery, 'expr' | 'instant' | 'minStep'>

/** What PromQL has no word for, or another meaning. */
const NO_ARITHMETIC = /[!&|=<>"]|\b[a-z]\w*\s*\(/i

/**
 * A server-side expression of Grafana over other queries as one query, $A / $B * 100 as (A) / (B) * 100; undefined where PromQL cannot say it.
 * https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/expression-queries/
 */
export function arithmetic(expressions: Fields[], refId: string, queries: ReadonlyMap<string, PanelQuery>, depth = 0): Asked | undefined {
  const query = queries.get(refId)
  if (query !== undefined) return query
  const target = expressions.find((each) => each['refId'] === refId)
  const written = string(target?.['expression'])
  if (target === undefined || written === undefined || depth > 8) return undefined
  if (target['type'] === 'reduce') {
    // The last value of a course is what an instant query gives.
    const inner = /^(last|)$/.test(string(target['reducer']) ?? '') ? arithmetic(expressions, written.replace(/^\$/, ''), queries, depth + 1) : undefined
    return inner === undefined ? undefined : { ...inner, instant: true }
  }
  if (target['type'] !== 'math' || NO_ARITHMETIC.test(written)) return undefined
  const used: Asked[] = []
  let whole = true
  const expr = written.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const inner = arithmetic(expressions, name, queries, depth + 1)
    if (inner === undefined) whole = false
    else used.push(inner)
    return `(${inner?.expr ?? ''})`
  })
  return whole && used.length > 0 ? { expr, instant: used.every(({ instant }) => instant) } : undefined
}

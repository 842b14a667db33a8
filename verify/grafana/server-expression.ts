import { string, type Fields } from './json-fields.ts'
import type { PanelQuery } from './panel-query.ts'

type Asked = Pick<PanelQuery, 'expr' | 'instant' | 'minStep'>

/** What PromQL has no word for, or another meaning. */
const NO_ARITHMETIC = /[!&|=<>"]|\b[a-z]\w*\s*\(/i

/** An expression of expressions doubles with each step. */
const MOST_CHARS = 16_384

/**
 * A server-side expression of Grafana over other queries as one query, $A / $B * 100 as (A) / (B) * 100; undefined where PromQL cannot say
 * it.
 * https://grafana.com/docs/grafana/latest/panels-visualizations/query-transform-data/expression-queries/
 */
export function arithmetic(
  expressions: Fields[],
  refId: string,
  queries: ReadonlyMap<string, PanelQuery>,
  known = new Map<string, Asked | undefined>(),
): Asked | undefined {
  const query = queries.get(refId)
  if (query !== undefined) return query
  // One that is about itself has no value.
  if (!known.has(refId)) {
    known.set(refId, undefined)
    known.set(refId, opened(expressions, refId, queries, known))
  }
  return known.get(refId)
}

function opened(
  expressions: Fields[],
  refId: string,
  queries: ReadonlyMap<string, PanelQuery>,
  known: Map<string, Asked | undefined>,
): Asked | undefined {
  const target = expressions.find((each) => each['refId'] === refId)
  const written = string(target?.['expression'])
  if (target === undefined || written === undefined || written.length > MOST_CHARS) return undefined
  if (target['type'] === 'reduce') {
    // The last value of a course is what an instant query gives.
    const inner = /^(last|)$/.test(string(target['reducer']) ?? '')
      ? arithmetic(expressions, written.replace(/^\$/, ''), queries, known)
      : undefined
    return inner === undefined ? undefined : { ...inner, instant: true }
  }
  if (target['type'] !== 'math' || NO_ARITHMETIC.test(written)) return undefined
  const used: Asked[] = []
  let whole = true
  let chars = 0
  const expr = written.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const inner = arithmetic(expressions, name, queries, known)
    chars += inner?.expr.length ?? 0
    if (inner === undefined || chars > MOST_CHARS) {
      whole = false
      return ''
    }
    used.push(inner)
    return `(${inner.expr})`
  })
  return whole && used.length > 0 ? { expr, instant: used.every(({ instant }) => instant) } : undefined
}

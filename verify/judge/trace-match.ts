import type { Span, Trace } from '../model/journal.ts'
import type { SpanSpec } from '../model/spec.ts'
import { finds } from './pattern.ts'

/** One promised span, and which recorded one was taken for it. */
export interface Matched {
  spec: SpanSpec
  /** Index of the promised parent; -1 for the root. */
  parent: number
  span: Span | undefined
}

/** Trying every combination of look-alike spans ends somewhere: a hostile trace may have thousands. */
const STEPS = 50_000

/** `fluxpay-engine producer "orders.created publish"` for a reader. */
export function describeSpan(spec: SpanSpec): string {
  const attributes = Object.entries(spec.attributes).map(([name, pattern]) => `${name}=${pattern}`)
  return `${spec.service} ${spec.kind} span${spec.operation === undefined ? '' : ` /${spec.operation}/`}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}`
}

export function isLike(spec: SpanSpec, span: Span): boolean {
  if (span.service !== spec.service || span.kind.toLowerCase() !== spec.kind) return false
  if (spec.operation !== undefined && !finds(spec.operation, span.operation)) return false
  return Object.entries(spec.attributes).every(([names, pattern]) => names.split('|').some((name) => {
    const value = span.attributes[name.trim()]
    return value !== undefined && finds(pattern, value)
  }))
}

/**
 * The best assignment of recorded spans to the promised tree, each span used once. With `edges` a child must hang below its parent: as a descendant through spans
 * that an instrumentation may put in between (internal ones, or others of the same service), or by a span link where the specification says link.
 */
export function matchTree(tree: SpanSpec, trace: Trace, edges: boolean): Matched[] {
  const nodes: { spec: SpanSpec, parent: number }[] = []
  const flatten = (spec: SpanSpec, parent: number): void => {
    const index = nodes.push({ spec, parent }) - 1
    for (const child of spec.children) flatten(child, index)
  }
  flatten(tree, -1)
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]))
  const candidates = nodes.map(({ spec }) => trace.spans.filter((span) => isLike(spec, span)))
  const used = new Set<string>()
  const current: (Span | undefined)[] = nodes.map(() => undefined)
  let best: (Span | undefined)[] = [...current]
  let bestCount = -1
  let steps = 0
  const search = (index: number, count: number): boolean => {
    if (count + nodes.length - index <= bestCount || steps++ > STEPS) return false
    const node = nodes[index]
    if (node === undefined) {
      bestCount = count
      best = [...current]
      return count === nodes.length
    }
    const parent = node.parent === -1 ? undefined : current[node.parent]
    for (const span of candidates[index] ?? []) {
      if (used.has(span.spanId)) continue
      if (edges && node.parent !== -1 && (parent === undefined || !hangsBelow(span, parent, node.spec.edge, byId))) continue
      used.add(span.spanId)
      current[index] = span
      if (search(index + 1, count + 1)) return true
      used.delete(span.spanId)
      current[index] = undefined
    }
    return search(index + 1, count)
  }
  search(0, 0)
  return nodes.map(({ spec, parent }, index) => ({ spec, parent, span: best[index] }))
}

function hangsBelow(span: Span, parent: Span, edge: SpanSpec['edge'], byId: ReadonlyMap<string, Span>): boolean {
  if (edge === 'link') return span.links.some((link) => link.spanId === parent.spanId)
  const seen = new Set<string>()
  for (let above = span.parentSpanId; above !== null && !seen.has(above);) {
    if (above === parent.spanId) return true
    seen.add(above)
    const between = byId.get(above)
    if (between === undefined || !(between.kind.toLowerCase() === 'internal' || between.service === parent.service || between.service === span.service)) return false
    above = between.parentSpanId
  }
  return false
}

/** Spans whose parent is not in the trace. The caller's own span never is: the span that hangs below it is no orphan. */
export function orphans(trace: Trace, root: Span | undefined): Span[] {
  const ids = new Set(trace.spans.map((span) => span.spanId))
  return trace.spans.filter((span) => span.parentSpanId !== null && !ids.has(span.parentSpanId) && span.parentSpanId !== root?.parentSpanId)
}

/** `rate-limiter 3, fluxpay-engine 5`. */
export function spansPerService(trace: Trace): string {
  const counts = new Map<string, number>()
  for (const span of trace.spans) counts.set(span.service, (counts.get(span.service) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([service, count]) => `${service} ${count}`).join(', ')
}

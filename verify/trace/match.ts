import type { Span, Trace } from '../model/journal.ts'
import type { SpanSpec } from '../model/spec.ts'
import { finds } from '../text/re2.ts'

/** One promised span, and which recorded one was taken for it. */
export interface Matched {
  spec: SpanSpec
  /** Index of the promised parent; -1 for the root. */
  parent: number
  span: Span | undefined
}

/** Trying every combination of look-alike spans ends somewhere: a hostile trace may have thousands. */
const STEPS = 200_000
/** And so does walking up from each of them. */
const HOPS = 20 * STEPS

/** `payments producer "orders.created publish"` for a reader. */
export function describeSpan(spec: SpanSpec): string {
  const attributes = Object.entries(spec.attributes).map(([name, pattern]) => `${name}=${pattern}`)
  return `${spec.service} ${spec.kind} span${spec.operation === undefined ? '' : ` /${spec.operation}/`}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}`
}

/** What the span has under the first of the names (`new|old`) that it knows. */
export function attributeOf(span: Span, names: string): string | undefined {
  return alternatives(names)
    .map((name) => span.attributes[name])
    .find((value) => value !== undefined)
}

export function alternatives(names: string): string[] {
  return names.split('|').map((name) => name.trim())
}

export function servicesOf(span: SpanSpec): string[] {
  return [...new Set([span.service, ...span.children.flatMap(servicesOf)])]
}

export function isLike(spec: SpanSpec, span: Span): boolean {
  if (span.service !== spec.service || span.kind.toLowerCase() !== spec.kind) return false
  if (spec.operation !== undefined && !finds(spec.operation, span.operation)) return false
  return Object.entries(spec.attributes).every(([names, pattern]) =>
    alternatives(names).some((name) => {
      const value = span.attributes[name]
      return value !== undefined && finds(pattern, value)
    }),
  )
}

/**
 * The best assignment of recorded spans to the promised tree, each span used once. With `edges` a child must hang below its parent, or
 * below the next one
 * above it that is there at all: as a descendant through spans that an instrumentation or an unpromised hop may put in between, or by a
 * span link where the
 * specification says link.
 */
export function matchTree(tree: SpanSpec, trace: Trace, edges: boolean): Matched[] {
  const nodes: { spec: SpanSpec; parent: number }[] = []
  const flatten = (spec: SpanSpec, parent: number): void => {
    const index = nodes.push({ spec, parent }) - 1
    for (const child of spec.children) flatten(child, index)
  }
  flatten(tree, -1)
  const nowhere = new Set(edges ? matchTree(tree, trace, false).flatMap(({ span }, index) => (span === undefined ? [index] : [])) : [])
  const above = (index: number): number => {
    let parent = nodes[index]?.parent ?? -1
    while (nowhere.has(parent)) parent = nodes[parent]?.parent ?? -1
    return parent
  }
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]))
  const promised = new Set(servicesOf(tree))
  const candidates = nodes.map(({ spec }) => trace.spans.filter((span) => isLike(spec, span)))
  const used = new Set<string>()
  const current: (Span | undefined)[] = nodes.map(() => undefined)
  let best: (Span | undefined)[] = [...current]
  let bestCount = -1
  let steps = 0
  const walk = { hops: 0 }
  const fits = (span: Span, index: number): boolean => {
    const node = nodes[index]
    const holder = above(index)
    // What the parent that is not there was linked to is not known.
    if (!edges || node === undefined || holder === -1 || (node.spec.edge === 'link' && holder !== node.parent)) return true
    const parent = current[holder]
    return parent !== undefined && hangsBelow(span, parent, node.spec.edge, byId, promised, walk)
  }
  const search = (index: number, count: number): boolean => {
    if (count + nodes.length - index <= bestCount || steps > STEPS || walk.hops > HOPS) return false
    if (index === nodes.length) {
      bestCount = count
      best = [...current]
      return count === nodes.length
    }
    for (const span of candidates[index] ?? []) {
      // A span that is stored twice is one span; of Zipkin's client and server that share an id each is one.
      const key = `${span.kind} ${span.spanId}`
      if (steps++ > STEPS || walk.hops > HOPS) break
      if (used.has(key) || !fits(span, index)) continue
      used.add(key)
      current[index] = span
      if (search(index + 1, count + 1)) return true
      used.delete(key)
      current[index] = undefined
    }
    return search(index + 1, count)
  }
  search(0, 0)
  return nodes.map(({ spec, parent }, index) => ({ spec, parent, span: best[index] }))
}

/** The promised spans as they hang together where they do, and otherwise wherever they are. */
export function matchPromised(tree: SpanSpec, trace: Trace): Matched[] {
  const anywhere = matchTree(tree, trace, false)
  return matchTree(tree, trace, true).map((match, index) => (match.span === undefined ? { ...match, span: anywhere[index]?.span } : match))
}

/** Everything promised is there and hangs together: what comes now is more than was promised. */
export function isWhole(tree: SpanSpec, trace: Trace): boolean {
  const matches = matchTree(tree, trace, true)
  return matches.every(({ span }) => span !== undefined) && orphans(trace, matches[0]?.span).length === 0
}

function hangsBelow(
  span: Span,
  parent: Span,
  edge: SpanSpec['edge'],
  byId: ReadonlyMap<string, Span>,
  promised: ReadonlySet<string>,
  walk: { hops: number },
): boolean {
  if (edge === 'link') return span.links.some((link) => link.spanId === parent.spanId)
  const seen = new Set<string>()
  for (let above = span.parentSpanId; above !== null && !seen.has(above);) {
    if (above === parent.spanId) return true
    seen.add(above)
    walk.hops++
    const between = byId.get(above)
    if (between === undefined || !mayStandBetween(between, span, parent, promised)) return false
    above = between.parentSpanId
  }
  return false
}

function mayStandBetween(between: Span, span: Span, parent: Span, promised: ReadonlySet<string>): boolean {
  const kind = between.kind.toLowerCase()
  // What a consumer does is done because of its message, not within the request that sent it: it cannot stand for what the request itself
  // is to do.
  if (kind === 'consumer' && span.kind.toLowerCase() !== 'consumer' && !['producer', 'consumer'].includes(parent.kind.toLowerCase()))
    return false
  // A sidecar or a gateway without a promise is a hop, not a break.
  return kind === 'internal' || between.service === parent.service || between.service === span.service || !promised.has(between.service)
}

/**
 * Spans whose parent is not in the trace. The caller's own span never is: what hangs below it, the promised entry or a gateway before it,
 * is no orphan.
 */
export function orphans(trace: Trace, root: Span | undefined): Span[] {
  // Their parents may be among those that were not kept.
  if ((trace.droppedSpans ?? 0) > 0) return []
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]))
  const parentless = trace.spans.filter(({ parentSpanId }) => parentSpanId !== null && !byId.has(parentSpanId))
  // Where the promised entry is not found, the caller's is the one that is missing.
  if (root === undefined) return new Set(parentless.map(({ parentSpanId }) => parentSpanId)).size === 1 ? [] : parentless
  const caller = topmost(root, byId).parentSpanId
  return parentless.filter(({ parentSpanId }) => parentSpanId !== caller)
}

function topmost(span: Span, byId: ReadonlyMap<string, Span>): Span {
  const seen = new Set<Span>()
  let top = span
  for (let above: Span | undefined = span; above !== undefined && !seen.has(above); above = byId.get(above.parentSpanId ?? '')) {
    seen.add(above)
    top = above
  }
  return top
}

/**
 * Where the trace begins: what hangs below the caller's span begins there, and so does what has no parent and
 * no link into the trace for itself.
 */
export function rootsOf(trace: Trace, root: Span | undefined): Span[] {
  if ((trace.droppedSpans ?? 0) > 0) return []
  const ids = new Set(trace.spans.map((span) => span.spanId))
  const own = trace.spans.filter((span) => span.parentSpanId === null && !span.links.some(({ spanId }) => ids.has(spanId)))
  const once = [...new Map(own.map((span) => [span.spanId, span])).values()]
  const first = root === undefined ? undefined : topmost(root, new Map(trace.spans.map((span) => [span.spanId, span])))
  return first === undefined || once.some(({ spanId }) => spanId === first.spanId) || once.length === 0 ? once : [first, ...once]
}

const SHOWN_SERVICES = 12
const SHOWN_CHARS = 80

/** The promised spans as recorded, entry first: `POST /api/v1/orders > postgresql INSERT`; with service names where there are several. */
export function tracePath(tree: SpanSpec, trace: Trace): string {
  const spans = matchPromised(tree, trace).flatMap(({ span }) => span ?? [])
  const several = new Set(spans.map(({ service }) => service)).size > 1
  return spans.map((span) => `${several ? `${short(span.service)} ` : ''}${callName(span)}`).join(' > ')
}

/** System and operation of a database or messaging call (https://opentelemetry.io/docs/specs/semconv), else the span's own name. */
function callName(span: Span): string {
  const system = attributeOf(span, 'db.system.name|db.system|messaging.system')
  if (system === undefined) return short(span.operation)
  const operation = attributeOf(span, 'db.operation.name|db.operation|messaging.operation.type|messaging.operation')
  return `${short(system)} ${short(operation ?? span.operation)}`
}

/** `gateway 3, payments 5`. */
export function spansPerService(trace: Trace): string {
  const counts = new Map<string, number>()
  for (const span of trace.spans) counts.set(span.service, (counts.get(span.service) ?? 0) + 1)
  const all = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...all.slice(0, SHOWN_SERVICES).map(([service, count]) => `${short(service)} ${count}`),
    ...(all.length > SHOWN_SERVICES ? [`${all.length - SHOWN_SERVICES} more services`] : []),
  ].join(', ')
}

/** What a service wrote, fit for a sentence. */
export function short(text: string): string {
  return text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}...` : text
}

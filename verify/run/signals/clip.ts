import type { LogLine, Span, Trace } from '../../model/journal.ts'
import type { SpanSpec, TraceSpec } from '../../model/spec.ts'
import { alternatives, matchPromised } from '../../trace/match.ts'

/** What the journal keeps of text that comes from a service: one that lies must not fill the disk, nor a reader's screen. */
const LINE_CHARS = 4_096
const AROUND_CHARS = 512
const VALUE_CHARS = 1_024
const ATTRIBUTES = 128
const SPANS = 2_000

/** The line's begin and, when it is cut, what stands around the first of `keep` that is in it; a judge looks for these. */
export function clipLine(line: LogLine, keep: readonly string[]): LogLine {
  const labels = Object.fromEntries(
    Object.entries(line.labels)
      .slice(0, ATTRIBUTES)
      .map(([name, value]) => [cut(name), cut(value)]),
  )
  if (line.line.length <= LINE_CHARS) return { ...line, labels }
  const parts = [line.line.slice(0, LINE_CHARS - 2 * AROUND_CHARS)]
  for (const wanted of keep) {
    const at = wanted === '' ? -1 : line.line.indexOf(wanted)
    if (at >= 0 && !parts.some((part) => part.includes(wanted)))
      parts.push(line.line.slice(Math.max(0, at - AROUND_CHARS / 2), at + wanted.length + AROUND_CHARS / 2))
  }
  return { ...line, line: parts.join(' [...] '), labels, clipped: line.line.length }
}

/** Of a trace or a span that is too large, what was promised is kept first: it must not be missed because of what is beside it. */
export function clipTrace({ resources: _, ...trace }: Trace, promised?: TraceSpec): Trace {
  const whole = trace.spans.length <= SPANS
  const names = new Set(promised === undefined ? [] : [promised.runAttribute ?? '', ...namesIn(promised.tree)])
  const spans = (whole || promised === undefined ? trace.spans : [...new Set([...withAncestors(promised.tree, trace), ...trace.spans])])
    .slice(0, SPANS)
    .map((span) => clipSpan(span, names))
  return { ...trace, traceId: cut(trace.traceId), spans, ...(whole ? {} : { droppedSpans: trace.spans.length - SPANS }) }
}

function namesIn(span: SpanSpec): string[] {
  return [...Object.keys(span.attributes).flatMap(alternatives), ...span.children.flatMap(namesIn)]
}

function withAncestors(tree: SpanSpec, trace: Trace): Span[] {
  const byId = new Map(trace.spans.map((span) => [span.spanId, span]))
  const kept = new Set<Span>()
  for (const { span } of matchPromised(tree, trace)) {
    for (let above = span; above !== undefined && !kept.has(above); above = byId.get(above.parentSpanId ?? '')) kept.add(above)
  }
  return [...kept]
}

function clipSpan(span: Span, names: ReadonlySet<string>): Span {
  const all = Object.entries(span.attributes)
  const kept =
    all.length <= ATTRIBUTES
      ? all
      : [...all.filter(([name]) => names.has(name)), ...all.filter(([name]) => !names.has(name))].slice(0, ATTRIBUTES)
  const clipped = all.length - kept.length + kept.filter(([name, value]) => name.length > VALUE_CHARS || value.length > VALUE_CHARS).length
  return {
    ...span,
    spanId: cut(span.spanId),
    parentSpanId: span.parentSpanId === null ? null : cut(span.parentSpanId),
    service: cut(span.service),
    operation: cut(span.operation),
    kind: cut(span.kind),
    links: span.links.slice(0, ATTRIBUTES).map(({ traceId, spanId }) => ({ traceId: cut(traceId), spanId: cut(spanId) })),
    attributes: Object.fromEntries(kept.map(([name, value]) => [cut(name), cut(value)])),
    ...(clipped > 0 ? { clipped } : {}),
  }
}

function cut(text: string): string {
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)} [...]` : text
}

import type { LogLine, Span, Trace } from '../model/journal.ts'

/** What the journal keeps of text that comes from a service: one that lies must not fill the disk, nor a reader's screen. */
const LINE_CHARS = 4_096
const AROUND_CHARS = 512
const VALUE_CHARS = 1_024
const ATTRIBUTES = 128
const SPANS = 2_000

/** The line's begin and, when it is cut, what stands around the first of `keep` that is in it; a judge looks for these. */
export function clipLine(line: LogLine, keep: readonly string[]): LogLine {
  const labels = Object.fromEntries(Object.entries(line.labels).slice(0, ATTRIBUTES).map(([name, value]) => [cut(name), cut(value)]))
  if (line.line.length <= LINE_CHARS) return { ...line, labels }
  const parts = [line.line.slice(0, LINE_CHARS - 2 * AROUND_CHARS)]
  for (const wanted of keep) {
    const at = wanted === '' ? -1 : line.line.indexOf(wanted)
    if (at >= 0 && !parts.some((part) => part.includes(wanted))) parts.push(line.line.slice(Math.max(0, at - AROUND_CHARS / 2), at + wanted.length + AROUND_CHARS / 2))
  }
  return { ...line, line: parts.join(' [...] '), labels, clipped: line.line.length }
}

export function clipTrace(trace: Trace): Trace {
  const spans = trace.spans.slice(0, SPANS).map(clipSpan)
  return { traceId: trace.traceId, spans, ...(trace.spans.length > SPANS ? { droppedSpans: trace.spans.length - SPANS } : {}) }
}

function clipSpan(span: Span): Span {
  const all = Object.entries(span.attributes)
  const kept = all.slice(0, ATTRIBUTES)
  const clipped = all.length - kept.length + kept.filter(([name, value]) => name.length > VALUE_CHARS || value.length > VALUE_CHARS).length
  return {
    ...span, service: cut(span.service), operation: cut(span.operation), links: span.links.slice(0, ATTRIBUTES),
    attributes: Object.fromEntries(kept.map(([name, value]) => [cut(name), cut(value)])), ...(clipped > 0 ? { clipped } : {}),
  }
}

function cut(text: string): string {
  return text.length > VALUE_CHARS ? `${text.slice(0, VALUE_CHARS)} [...]` : text
}

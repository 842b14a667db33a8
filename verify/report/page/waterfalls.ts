import type { JournalEntry, Span, Trace } from '../../model/journal.ts'
import type { Waterfall } from '../../model/page.ts'
import { line } from '../../text/printable.ts'
import { entriesOf } from './entries.ts'

/** More fit on no screen. */
const MOST_SPANS = 200

/** The first trace found of each trace path, as a waterfall. */
export function waterfallsOf(entries: readonly JournalEntry[]): Waterfall[] {
  const shown = new Map<string, Waterfall>()
  for (const entry of entriesOf(entries, 'trace')) {
    if (shown.has(entry.spec) || !isWhole(entry.trace)) continue
    shown.set(entry.spec, { spec: entry.spec, traceId: entry.traceId, pointer: entry.seq, ...drawn(entry.trace.spans) })
  }
  return [...shown.values()]
}

function isWhole(trace: unknown): trace is Trace {
  const spans = (trace as { spans?: unknown } | null)?.spans
  return Array.isArray(spans) && spans.length > 0 && spans.every((span: Partial<Span> | null) => Number.isFinite(span?.startUs))
}

/** Each span below its parent, siblings by their begin; a span whose parent is not there begins a tree of its own. */
function drawn(spans: readonly Span[]): Omit<Waterfall, 'spec' | 'traceId' | 'pointer'> {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const children = Map.groupBy(
    [...spans].sort((a, b) => a.startUs - b.startUs),
    ({ parentSpanId }) => (parentSpanId !== null && ids.has(parentSpanId) ? parentSpanId : ''),
  )
  const startUs = Math.min(...spans.map((span) => span.startUs))
  const endUs = Math.max(...spans.map((span) => span.startUs + span.durationUs))
  const rows: Waterfall['spans'] = []
  const seen = new Set<string>()
  const walk = (parent: string, depth: number): void => {
    for (const span of children.get(parent) ?? []) {
      // Spans that name each other as parents end here.
      if (seen.has(span.spanId)) continue
      seen.add(span.spanId)
      rows.push({
        service: line(span.service),
        operation: line(span.operation),
        depth,
        atMs: span.startUs / 1_000,
        durationMs: span.durationUs / 1_000,
        error: span.error,
      })
      walk(span.spanId, depth + 1)
    }
  }
  walk('', 0)
  return {
    startMs: startUs / 1_000,
    durationMs: (endUs - startUs) / 1_000,
    spans: rows.slice(0, MOST_SPANS),
    more: spans.length - Math.min(rows.length, MOST_SPANS),
  }
}

import type { JournalBody, LogLine, Span, Trace } from '../../model/journal.ts'
import { searchOf, type TraceToLogs } from '../../grafana/trace-to-logs.ts'
import type { Ports } from '../ports.ts'
import { messageOf } from '../../text/error-text.ts'

const POLL_MS = 1_000
const LINES = 100
const SPANS = 5

type Body = Extract<JournalBody, { kind: 'trace-search' }>

/**
 * The click from a span to its lines, as the deployed Grafana would make it: one entry for each of `services` that has a span in the trace.
 */
export async function recordTraceSearch(
  spec: string,
  trace: Trace,
  services: readonly string[],
  options: TraceToLogs,
  deadlineMs: number,
  { clock, journal, loki }: Ports,
  signal: AbortSignal,
): Promise<void> {
  for (const service of services) {
    const spans = trace.spans
      .filter((span) => span.service === service)
      .toSorted((a, b) => rank(a) - rank(b) || a.startUs - b.startUs)
      .slice(0, SPANS)
    if (spans.length === 0) continue
    for (;;) {
      const tried = await Promise.all(spans.map((span) => click(spec, trace, span, options, loki)))
      // A filter by span finds the lines of the one that wrote some; without one all find the same.
      const best =
        tried.find(({ own }) => own > 0) ?? tried.find(({ lines }) => lines > 0) ?? tried.find(({ query }) => query !== null) ?? tried[0]
      if (best === undefined) break
      if (best.own > 0 || best.query === null || clock.now() >= deadlineMs) {
        journal.append(best)
        break
      }
      await clock.sleep(POLL_MS, signal)
    }
  }
}

function rank({ kind }: Span): number {
  return kind === 'server' || kind === 'consumer' ? 0 : 1
}

async function click(spec: string, trace: Trace, span: Span, options: TraceToLogs, loki: Ports['loki']): Promise<Body> {
  const { traceId } = trace
  const { query, fromMs, untilMs, missing } = searchOf(options, { traceId, span, resource: trace.resources?.[span.service] ?? {} })
  const entry = { kind: 'trace-search', spec, traceId, service: span.service, file: options.file, fromMs, untilMs, missing } as const
  const trouble = troubleOf(options, fromMs, untilMs)
  if (query === null || trouble !== undefined)
    return { ...entry, query: trouble === undefined ? query : null, lines: 0, own: 0, ...(trouble === undefined ? {} : { trouble }) }
  const ofTrace = ({ line, labels }: LogLine): boolean => line.includes(traceId) || Object.values(labels).includes(traceId)
  try {
    const found = await loki.queryRange(query, fromMs, untilMs, LINES)
    const own = found.filter(ofTrace).length
    // Of a busy service a person pages on; the drill asks for the trace's own.
    const further =
      own === 0 && found.length >= LINES ? await loki.queryRange(`${query} |= ${JSON.stringify(traceId)}`, fromMs, untilMs, LINES) : []
    return { ...entry, query, lines: found.length, own: own + further.length }
  } catch (error) {
    return { ...entry, query, lines: 0, own: 0, error: messageOf(error) }
  }
}

function troubleOf({ uid, type, startShiftMs, endShiftMs }: TraceToLogs, fromMs: number, untilMs: number): string | undefined {
  if (type === null) return `datasourceUid ${JSON.stringify(uid)} names no data source`
  if (type !== undefined && type !== 'loki') return `datasourceUid ${JSON.stringify(uid)} is a data source of type ${type}`
  if (startShiftMs === null || endShiftMs === null) return 'spanStartTimeShift or spanEndTimeShift is no duration'
  return untilMs < fromMs ? 'its time shifts make the search end before it begins' : undefined
}

import type { Span, Trace } from '../model/journal.ts'
import type { JaegerSource } from '../run/ports.ts'
import { exchange, getJson, SourceError } from './http.ts'

/** Jaeger's query API (the one its UI uses); 404 until the trace is stored. https://www.jaegertracing.io/docs/1.54/apis/#http-json-internal */
export function jaegerSource(baseUrl: string): JaegerSource {
  const base = baseUrl.replace(/\/$/, '')
  return {
    async trace(traceId) {
      const url = `${base}/api/traces/${traceId}`
      const answer = await exchange(url, { headers: { accept: 'application/json' } })
      if (answer.status === 404) return null
      if (answer.status !== 200) throw new SourceError('GET', url, `${answer.status} ${answer.text.slice(0, 300)}`, answer.status)
      let parsed: { data?: RawTrace[] | null }
      try {
        parsed = JSON.parse(answer.text) as typeof parsed
      } catch (error) {
        throw new SourceError('GET', url, `answer is not JSON: ${answer.text.slice(0, 120)}`, answer.status, error)
      }
      const raw = parsed.data?.[0]
      return raw === undefined ? null : toTrace(raw)
    },
    async known(traceIds) {
      const url = `${base}/api/traces?${traceIds.map((id) => `traceID=${id}`).join('&')}`
      const { data } = await getJson(url) as { data?: { traceID?: unknown, spans?: unknown }[] | null }
      // Ids without leading zeros in older versions.
      const found = new Set((data ?? []).filter(({ spans }) => Array.isArray(spans) && spans.length > 0).map(({ traceID }) => String(traceID).padStart(32, '0')))
      return traceIds.filter((id) => found.has(id))
    },
  }
}

interface RawTrace { traceID: string, spans: RawSpan[], processes: Record<string, { serviceName: string }> }
interface RawSpan {
  spanID: string, operationName: string, startTime: number, duration: number, processID: string
  references?: { refType: string, traceID: string, spanID: string }[]
  tags?: { key: string, value: unknown }[]
}

export function toTrace(raw: RawTrace): Trace {
  return { traceId: raw.traceID, spans: raw.spans.map((span) => toSpan(span, raw)) }
}

function toSpan(span: RawSpan, trace: RawTrace): Span {
  const attributes = Object.fromEntries((span.tags ?? []).map(({ key, value }) => [key, String(value)]))
  const references = span.references ?? []
  // Jaeger turns the OTLP parent into the first CHILD_OF of the same trace and span links into further references.
  const parent = references.find(({ refType, traceID }) => refType === 'CHILD_OF' && traceID === trace.traceID)
  return {
    spanId: span.spanID,
    parentSpanId: parent?.spanID ?? null,
    service: trace.processes[span.processID]?.serviceName ?? 'unknown',
    operation: span.operationName,
    kind: attributes['span.kind'] ?? 'internal',
    startUs: span.startTime,
    durationUs: span.duration,
    attributes,
    links: references.filter((reference) => reference !== parent).map(({ traceID, spanID }) => ({ traceId: traceID, spanId: spanID })),
    error: attributes['error'] === 'true' || attributes['otel.status_code'] === 'ERROR',
  }
}

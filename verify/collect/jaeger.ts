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
      let parsed: { data?: unknown[] | null }
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
    async tagged(service, attributes, fromMs, untilMs, limit) {
      const query = new URLSearchParams({ service, tags: JSON.stringify(attributes), start: String(Math.floor(fromMs) * 1_000), end: String(Math.ceil(untilMs) * 1_000), limit: String(limit) })
      const { data } = await getJson(`${base}/api/traces?${query.toString()}`) as { data?: unknown[] | null }
      return (data ?? []).map(toTrace)
    },
  }
}

type Raw = Record<string, unknown>

/** A store answers what services told it: whatever has another form than the API's becomes empty, never an exception. */
export function toTrace(answer: unknown): Trace {
  const raw = fields(answer)
  const traceId = text(raw['traceID'])
  const processes = fields(raw['processes'])
  const resources = Object.fromEntries(Object.values(processes).map(fields).map((process) => [text(process['serviceName']), tagsOf(process)]))
  return { traceId, spans: list(raw['spans']).map((span) => toSpan(span, traceId, processes)), ...(Object.keys(resources).length === 0 ? {} : { resources }) }
}

function toSpan(span: Raw, traceId: string, processes: Raw): Span {
  const attributes = tagsOf(span)
  const references = list(span['references']).map(({ refType, traceID, spanID }) => ({ refType, traceId: text(traceID), spanId: text(spanID) }))
  // Jaeger turns the OTLP parent into the first CHILD_OF of the same trace and span links into further references.
  const parent = references.find((reference) => reference.refType === 'CHILD_OF' && reference.traceId === traceId)
  const service = fields(processes[text(span['processID'])])['serviceName']
  return {
    spanId: text(span['spanID']),
    parentSpanId: parent?.spanId ?? null,
    service: service === undefined ? 'unknown' : text(service),
    operation: text(span['operationName']),
    kind: attributes['span.kind'] ?? 'internal',
    startUs: Number(span['startTime'] ?? Number.NaN),
    durationUs: Number(span['duration'] ?? Number.NaN),
    attributes,
    links: references.filter((reference) => reference !== parent).map((reference) => ({ traceId: reference.traceId, spanId: reference.spanId })),
    error: attributes['error'] === 'true' || attributes['otel.status_code'] === 'ERROR',
  }
}

function tagsOf(of: Raw): Record<string, string> {
  return Object.fromEntries(list(of['tags']).map(({ key, value }) => [text(key), text(value)]))
}

function fields(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? value as Raw : {}
}

function list(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(fields) : []
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : JSON.stringify(value)
}

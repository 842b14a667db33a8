import type { Span, Trace } from '../model/journal.ts'
import type { Credentials } from '../model/target.ts'
import { isSameId } from '../trace/trace-id.ts'
import type { JaegerSource } from '../run/ports.ts'
import { exchange, getJson, SourceError, viaOf } from './http.ts'

/** What a proxy or a wrong base path answers; Jaeger's own 404 says in JSON that it has no such trace. */
const FOREIGN_404 = /^\s*(?:<|404 page not found)/i

/**
 * Jaeger's query API (the one its UI uses); 404 until the trace is stored. https://www.jaegertracing.io/docs/1.54/apis/#http-json-internal
 */
export function jaegerSource(baseUrl: string, credentials?: Credentials): JaegerSource {
  const base = baseUrl.replace(/\/$/, '')
  const via = viaOf(credentials)
  return {
    async trace(traceId) {
      // Raw: what Jaeger shows otherwise has its clock skew adjusted away. https://github.com/jaegertracing/jaeger/issues/617
      const url = `${base}/api/traces/${traceId}?raw=true`
      const answer = await exchange(url, { via, headers: { accept: 'application/json' } })
      const wrong = (detail: string, cause?: unknown): SourceError => new SourceError('GET', url, detail, answer.status, cause)
      if (answer.status === 404 && !FOREIGN_404.test(answer.text)) return null
      if (answer.status !== 200) throw wrong(`${answer.status} ${answer.text.slice(0, 300)}`)
      let parsed: unknown
      try {
        parsed = JSON.parse(answer.text)
      } catch (error) {
        throw wrong(`answer is not JSON: ${answer.text.slice(0, 120)}`, error)
      }
      const { data, errors } = fields(parsed)
      if (data !== null && !Array.isArray(data)) throw wrong(`no list of traces in the answer: ${answer.text.slice(0, 120)}`)
      const [raw] = (data ?? []) as unknown[]
      if (raw === undefined) {
        const trouble = list(errors).find(({ code, msg }) => code !== 404 && !/not found/i.test(text(msg)))
        if (trouble !== undefined) throw wrong(text(trouble['msg']).slice(0, 300))
        return null
      }
      const trace = toTrace(raw)
      if (!isSameId(trace.traceId, traceId)) throw wrong(`another trace came than was asked for: ${trace.traceId.slice(0, 64)}`)
      return trace.spans.length === 0 ? null : trace
    },
    async known(traceIds) {
      const url = `${base}/api/traces?${traceIds.map((id) => `traceID=${id}`).join('&')}`
      const { data } = (await getJson(url, { via })) as { data?: { traceID?: unknown; spans?: unknown }[] | null }
      // Ids without leading zeros in older versions.
      const found = new Set(
        (data ?? [])
          .filter(({ spans }) => Array.isArray(spans) && spans.length > 0)
          .map(({ traceID }) => String(traceID).padStart(32, '0')),
      )
      return traceIds.filter((id) => found.has(id))
    },
    async tagged(service, attributes, fromMs, untilMs, limit) {
      const query = new URLSearchParams({
        service,
        tags: JSON.stringify(attributes),
        start: String(Math.floor(fromMs) * 1_000),
        end: String(Math.ceil(untilMs) * 1_000),
        limit: String(limit),
      })
      const { data } = (await getJson(`${base}/api/traces?${query.toString()}`, { via })) as { data?: unknown[] | null }
      return (data ?? []).map(toTrace)
    },
  }
}

type Raw = Record<string, unknown>

/** A store answers what services sent: a value of another form than the API's becomes empty, never an exception. */
export function toTrace(answer: unknown): Trace {
  const raw = fields(answer)
  const traceId = text(raw['traceID'])
  const processes = fields(raw['processes'])
  const resources = Object.fromEntries(
    Object.values(processes)
      .map(fields)
      .map((process) => [text(process['serviceName']), tagsOf(process)]),
  )
  return {
    traceId,
    spans: list(raw['spans']).map((span) => toSpan(span, traceId, processes)),
    ...(Object.keys(resources).length === 0 ? {} : { resources }),
  }
}

function toSpan(span: Raw, traceId: string, processes: Raw): Span {
  const attributes = tagsOf(span)
  const references = list(span['references']).map(({ refType, traceID, spanID }) => ({
    refType,
    traceId: text(traceID),
    spanId: text(spanID),
  }))
  // The OTLP parent becomes the first CHILD_OF of the same trace and span links further references; but of a parent that is linked to as
  // well only the link
  // is left. https://github.com/open-telemetry/opentelemetry-collector-contrib/blob/main/pkg/translator/jaeger/traces_to_jaegerproto.go
  const within = references.filter((reference) => isSameId(reference.traceId, traceId))
  const childOf = within.find(({ refType }) => refType === 'CHILD_OF')
  const parent = childOf ?? within[0]
  const service = fields(processes[text(span['processID'])])['serviceName']
  return {
    spanId: text(span['spanID']),
    parentSpanId: parent?.spanId ?? null,
    service: service === undefined ? 'unknown' : text(service),
    operation: text(span['operationName']),
    kind: attributes['span.kind'] ?? 'internal',
    startUs: microseconds(span['startTime']),
    durationUs: microseconds(span['duration']),
    attributes,
    links: references
      .filter((reference) => reference !== childOf)
      .map((reference) => ({ traceId: reference.traceId, spanId: reference.spanId })),
    error: attributes['error'] === 'true' || attributes['otel.status_code'] === 'ERROR',
  }
}

function tagsOf(of: Raw): Record<string, string> {
  return Object.fromEntries(list(of['tags']).map(({ key, value }) => [text(key), text(value)]))
}

function fields(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {}
}

function list(value: unknown): Raw[] {
  return Array.isArray(value) ? value.map(fields) : []
}

/** NaN for what is no number; an object would throw in Number(). */
function microseconds(value: unknown): number {
  return typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
}

function text(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined ? '' : JSON.stringify(value)
}

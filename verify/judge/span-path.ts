import type { TraceSpec } from '../model/spec.ts'
import type { RunRecord } from './record.ts'

/** What is known about the way of a span besides the trace store: the collector's own counters and the ids in the service's lines. */
export interface SpanPath {
  /** Spans during the drill by the collector's account, and batches still in its queue at the end; undefined when it was not scraped. */
  collector: { accepted: number, refused: number, sent: number, failed: number, waiting: number } | undefined
  /** The trace id in the lines of the service that takes the request: the request's own, another one, none at all, or not known. */
  idInLines: 'own' | 'foreign' | 'none' | 'unknown'
  pointers: number[]
}

export function spanPathOf(run: RunRecord, spec: TraceSpec): SpanPath {
  const counters = run.health.filter(({ metric }) => metric.startsWith('otelcol_'))
  const total = (...names: string[]): number => counters.filter(({ metric }) => names.some((name) => metric === `otelcol_${name}_spans` || metric === `otelcol_${name}_spans_total`)).reduce((sum, { column }) => sum + increase(column.values), 0)
  const ids = idInLines(run, spec)
  return {
    collector: counters.length === 0 ? undefined : {
      accepted: total('receiver_accepted'), refused: total('receiver_refused', 'processor_refused', 'processor_dropped'), sent: total('exporter_sent'), failed: total('exporter_send_failed', 'exporter_enqueue_failed'),
      waiting: counters.filter(({ metric }) => metric === 'otelcol_exporter_queue_size').reduce((sum, { column }) => sum + (column.values.at(-1) ?? 0), 0),
    },
    idInLines: ids.state, pointers: [...new Set([...counters.map(({ seq }) => seq), ...ids.pointers])],
  }
}

/** As PromQL counts: a value that falls is a process that began anew. */
function increase(values: readonly number[]): number {
  return values.reduce((sum, value, index) => (index === 0 ? 0 : sum + (value >= (values[index - 1] ?? 0) ? value - (values[index - 1] ?? 0) : value)), 0)
}

function idInLines(run: RunRecord, spec: TraceSpec): { state: SpanPath['idInLines'], pointers: number[] } {
  const { service } = spec.request
  const own = run.traceLogs.filter((entry) => entry.spec === spec.id && (entry.lines[service] ?? 0) > 0)
  if (own.length > 0) return { state: 'own', pointers: own.map(({ seq }) => seq) }
  const links = run.logLinks.filter((link) => link.spec === service && link.regex !== '' && link.error === undefined)
  const pointers = links.map(({ seq }) => seq)
  if (links.length === 0) return { state: 'unknown', pointers: [] }
  const sent = new Set(run.logProbes.filter((probe) => probe.spec === service).map(({ traceId }) => traceId))
  if (links.every(({ traceId }) => traceId === null)) return { state: 'none', pointers }
  return { state: links.some(({ traceId }) => traceId !== null && sent.has(traceId)) ? 'own' : 'foreign', pointers }
}

/** Names the first broken link between a request and its trace: agent, propagator, exporter, collector, sampler, store. */
export function brokenLink({ collector, idInLines: ids }: SpanPath, service: string, missingAll: boolean): string {
  if (ids === 'none') return `No agent: the lines of ${service} carry no trace id, so nothing instruments it. Look at JAVA_TOOL_OPTIONS / -javaagent (or the library's switch) of its process.`
  if (ids === 'foreign') return `Propagator: the lines of ${service} carry another trace id than the caller's traceparent, so its spans lie in traces of their own. OTEL_PROPAGATORS must contain tracecontext.`
  if (collector === undefined) {
    return missingAll
      ? 'The collector\'s own counters were not recorded, so the link cannot be told: look at the services\' OTLP endpoint and protocol (agent 2.x speaks http/protobuf on 4318 by default), the sampler, and the collector\'s pipeline and exporter.'
      : 'Some requests left a trace and some did not: look at the sampler (ratio below 1) and at dropped spans in the exporter queues.'
  }
  const { accepted, refused, sent, failed, waiting } = collector
  const account = `The collector accepted ${accepted} span(s), refused or dropped ${refused}, passed on ${sent}, failed to send ${failed}${waiting > 0 ? `; ${waiting} batch(es) wait in its queue` : ''}.`
  // It tries again for minutes before it calls a batch failed: until then the queue alone tells.
  if (failed > 0 || (waiting > 0 && sent < accepted / 2)) return `Collector, exporter: ${account} Look at its exporter's endpoint, protocol and TLS, and whether the trace store is up.`
  if (refused > 0) return `Collector, receiver or processor: ${account} Look at memory_limiter and at filters.`
  if (accepted === 0) return `Exporter of the service: ${account} So ${service} sends elsewhere or cannot send: OTEL_EXPORTER_OTLP_ENDPOINT and _PROTOCOL (agent 2.x speaks http/protobuf on 4318 by default), the collector's receivers, "Failed to export" in the service's own output.`
  if (sent < accepted / 2) return `Collector, pipeline: ${account} Look at its processors (a sampler, a filter) and at the exporter's queue.`
  if (!missingAll) return `Sampler: ${account} Some requests left a trace and some did not, and no span was lost on the way: look at OTEL_TRACES_SAMPLER and its ratio.`
  return `Sampler, exporter or store: ${account} Spans of others pass, so either ${service} samples none (OTEL_TRACES_SAMPLER) or sends elsewhere, or the trace store forgets (its limit of traces).`
}

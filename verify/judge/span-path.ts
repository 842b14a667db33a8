import type { TraceSpec } from '../model/spec.ts'
import { traceIdsIn } from '../model/trace-id.ts'
import type { RunRecord } from './record.ts'

/** What is known about the way of a span besides the trace store: the collector's own counters and what the service's lines say of the trace. */
export interface SpanPath {
  /** Spans during the drill by the collector's account, and batches still in its queue at the end; undefined when it was not scraped. */
  collector: { accepted: number, refused: number, sent: number, failed: number, waiting: number } | undefined
  /** The trace id in the lines of the service that takes the request: the request's own, another one, none at all, or not known. */
  idInLines: 'own' | 'foreign' | 'none' | 'unknown'
  /** Requests whose lines say that their trace is not sampled. */
  unsampled: number
  /** Traces that were in the store and then were not. */
  forgotten: number
  /** Whether the store knew anything else of this drill: its own trace, or spans of other services; undefined when nobody looked. */
  storeKnowsOthers: boolean | undefined
  pointers: number[]
}

export function spanPathOf(run: RunRecord, spec: TraceSpec): SpanPath {
  const { service } = spec.request
  const counters = run.health.filter(({ metric }) => metric.startsWith('otelcol_'))
  const total = (...names: string[]): number => counters.filter(({ metric }) => names.some((name) => metric === `otelcol_${name}_spans` || metric === `otelcol_${name}_spans_total`)).reduce((sum, { column }) => sum + increase(column.values), 0)
  const ids = idInLines(run, spec)
  const own = run.traces.filter((entry) => entry.spec === spec.id)
  const others = [
    ...run.traces.filter(({ trace }) => trace?.spans.some((span) => span.service !== service)).map(() => true), ...run.traceFlows.filter((flow) => flow.service !== service && flow.error === undefined).map(({ found }) => found > 0),
    ...own.flatMap(({ ownSpans }) => (ownSpans === undefined ? [] : [ownSpans > 0])),
  ]
  const unsampled = run.traceLogs.filter((entry) => entry.spec === spec.id && entry.unsampled?.includes(service) === true)
  return {
    collector: counters.length === 0 ? undefined : {
      accepted: total('receiver_accepted'), refused: total('receiver_refused', 'processor_refused', 'processor_dropped'), sent: total('exporter_sent'), failed: total('exporter_send_failed', 'exporter_enqueue_failed'),
      waiting: counters.filter(({ metric }) => metric === 'otelcol_exporter_queue_size').reduce((sum, { column }) => sum + (column.values.at(-1) ?? 0), 0),
    },
    idInLines: ids.state, unsampled: unsampled.length, forgotten: own.filter(({ forgotten }) => forgotten === true).length,
    storeKnowsOthers: others.length === 0 ? undefined : others.includes(true),
    pointers: [...new Set([...counters.map(({ seq }) => seq), ...ids.pointers, ...unsampled.map(({ seq }) => seq)])],
  }
}

/** As PromQL counts: a value that falls is a process that began anew. */
function increase(values: readonly number[]): number {
  return values.reduce((sum, value, index) => (index === 0 ? 0 : sum + (value >= (values[index - 1] ?? 0) ? value - (values[index - 1] ?? 0) : value)), 0)
}

/** From the lines themselves, not by the deployed derivedFields regex: that one may be what is broken. */
function idInLines(run: RunRecord, spec: TraceSpec): { state: SpanPath['idInLines'], pointers: number[] } {
  const { service } = spec.request
  const byId = run.traceLogs.filter((entry) => entry.spec === spec.id)
  const probes = run.logProbes.filter((probe) => probe.spec === service)
  const looks = [
    ...byId.flatMap(({ seq, traceId, lines, instead }) => [
      ...((lines[service] ?? 0) > 0 ? [{ seq, sent: traceId, ids: [traceId] }] : []),
      ...((instead?.[service]?.lines ?? 0) > 0 ? [{ seq, sent: traceId, ids: instead?.[service]?.traceIds ?? [] }] : []),
    ]),
    ...probes.flatMap((probe) => run.logLines.filter(({ stamp }) => stamp === probe.stamp).flatMap(({ seq, lines }) => lines.filter(({ line }) => line.includes(probe.stamp)).map(({ line }) => ({ seq, sent: probe.traceId, ids: line.includes(probe.traceId) ? [probe.traceId] : traceIdsIn(line) })))),
  ]
  const state = looks.length === 0 ? 'unknown' : looks.some(({ sent, ids }) => ids.includes(sent)) ? 'own' : looks.some(({ ids }) => ids.length > 0) ? 'foreign' : 'none'
  return { state, pointers: looks.map(({ seq }) => seq) }
}

/** Spans between receiver and exporter at the moment of a scrape, and what a batch makes of them. */
const UNDERWAY = 50
const UNDERWAY_SHARE = 0.05

/** Names the first broken link between a request and its trace: agent, propagator, sampler, exporter, collector, store. */
export function brokenLink({ collector, idInLines: ids, unsampled, forgotten, storeKnowsOthers }: SpanPath, service: string, missingAll: boolean): string {
  if (ids === 'none') return `No agent: the lines of ${service} carry no trace id, so nothing instruments it. Look at JAVA_TOOL_OPTIONS / -javaagent (or the library's switch) of its process.`
  if (ids === 'foreign') return `Propagator: the lines of ${service} carry another trace id than the caller's traceparent, so its spans lie in traces of their own. OTEL_PROPAGATORS must contain tracecontext.`
  if (unsampled > 0) return `Sampler: the lines of ${unsampled} request(s) to ${service} say themselves that their trace is not sampled (trace_flags 00), although the caller's was. Look at OTEL_TRACES_SAMPLER and its ratio; parentbased_always_on keeps to the caller's.`
  if (forgotten > 0) return `Trace store: ${forgotten} trace(s) were there and then were not: it forgets. Look at its limit of traces (memory.max-traces) and its retention.`
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
  const vanished = accepted - sent
  if (sent < accepted / 2 || vanished > Math.max(UNDERWAY, accepted * UNDERWAY_SHARE)) return `Collector, pipeline: ${account} ${vanished} vanished in between. Look at its processors (a sampler, a filter) and at the exporter's queue.`
  if (!missingAll) return `Sampler: ${account} Some requests left a trace and some did not, and no span was lost on the way: look at OTEL_TRACES_SAMPLER and its ratio.`
  if (storeKnowsOthers === true) return `Sampler or exporter of the service: ${account} The store has traces of others, so ${service} samples none (OTEL_TRACES_SAMPLER) or sends elsewhere (OTEL_EXPORTER_OTLP_ENDPOINT, another collector).`
  if (storeKnowsOthers === false) return `Trace store: ${account} The store has not even the drill's own trace, so it forgets (memory.max-traces, retention), or the collector sends to another one.`
  return `Sampler, exporter or store: ${account} Spans of others pass, so either ${service} samples none (OTEL_TRACES_SAMPLER) or sends elsewhere, or the trace store forgets (its limit of traces).`
}

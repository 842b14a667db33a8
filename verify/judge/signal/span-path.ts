import type { TraceSpec } from '../../model/spec.ts'
import { exportErrorIn } from '../../trace/export-errors.ts'
import { traceIdsIn } from '../../trace/trace-id.ts'
import { servicesOf } from '../../trace/match.ts'
import { clockTime } from '../../text/instant.ts'
import type { Column, RunRecord } from '../record/recorder.ts'
import { countOf } from '../../text/count-of.ts'

/**
 * What is known about the way of a span besides the trace store: the collector's own counters and what the service's lines say of the
 * trace.
 */
export interface SpanPath {
  /**
   * Spans while the requests were sent and looked for, by the collector's account, and batches still in its queue at the end; undefined
   * when it was not scraped then.
   */
  collector: { accepted: number; refused: number; sent: number; failed: number; waiting: number; exporters: string[] } | undefined
  /**
   * Spans that the collector accepted in all of the drill and neither passed on nor has waiting: one that decides late sends in one minute
   * what it took in another.
   */
  vanished: { accepted: number; sent: number }
  /** The trace id in the lines of the service that takes the request: the request's own, another one, none at all, or not known. */
  idInLines: IdInLines
  /** The same of every service of the path. */
  idsOf: Record<string, IdInLines>
  /** Requests whose lines say that their trace is not sampled. */
  unsampled: number
  /** Whether the lines of requests whose trace is missing say that it is sampled: then it is no sampler that took it. */
  lostThoughSampled: boolean
  /** Traces that were in the store and then were not. */
  forgotten: number
  /** Whether the store knew anything else of this drill: its own trace, or spans of other services; undefined when it was not queried. */
  storeKnowsOthers: boolean | undefined
  /**
   * What services of the path wrote about spans that they could not send: the newest such line of each, and whether it is older than the
   * first request.
   */
  exportErrors: { service: string; atMs: number; said: string; count: number; before: boolean }[]
  pointers: number[]
}

/** The request's own, another one, none at all, or not known. */
export type IdInLines = 'own' | 'foreign' | 'none' | 'unknown'

export function spanPathOf(run: RunRecord, spec: TraceSpec): SpanPath {
  const { service } = spec.request
  const during = timeOf(run, spec)
  const counters = run.health.filter(({ metric }) => metric.startsWith('otelcol_'))
  const recorded = counters.some(({ column }) => around(column, during).length > 1)
  const upMs = Math.min(...counters.flatMap(({ column }) => column.timesMs[0] ?? []))
  const totalIn = (time: Time, ...names: string[]): number => increaseOf(counters, upMs, time, names)
  const total = (...names: string[]): number => totalIn(during, ...names)
  // A collector may send the same spans to several places: what counts is the way to the trace store.
  const exporters = exportersOf(counters)
  const storeIn = (time: Time, ...names: string[]): number =>
    increaseOf(
      counters.filter(({ column }) => exporters.length === 0 || exporters.includes(column.labels['exporter'] ?? '')),
      upMs,
      time,
      names,
    )
  const said = run.exportErrors.filter((entry) => entry.spec === spec.id && entry.lines.length > 0)
  const ids = idInLines(run, spec, service)
  const own = run.traces.filter((entry) => entry.spec === spec.id)
  const others = [
    ...run.traces.filter(({ trace }) => trace?.spans.some((span) => span.service !== service)).map(() => true),
    ...run.traceFlows.filter((flow) => flow.service !== service && flow.error === undefined).map(({ found }) => found > 0),
    ...own.flatMap(({ ownSpans }) => (ownSpans === undefined ? [] : [ownSpans > 0])),
  ]
  const flows = run.traceFlows.filter((flow) => flow.service === service)
  const unsampled = [
    ...run.traceLogs.filter((entry) => entry.spec === spec.id && entry.sampled?.[service] === false),
    ...flows.filter(({ missingSampled }) => missingSampled === false),
  ]
  const missing = new Set(own.filter(({ trace }) => trace === null).map(({ traceId }) => traceId))
  const lostThoughSampled =
    flows.some(({ missingSampled }) => missingSampled === true) ||
    run.traceLogs.some((entry) => missing.has(entry.traceId) && entry.sampled?.[service] === true)
  return {
    collector: !recorded
      ? undefined
      : {
          accepted: total('receiver_accepted'),
          refused: total('receiver_refused', 'processor_refused', 'processor_dropped'),
          sent: storeIn(during, 'exporter_sent'),
          failed: storeIn(during, 'exporter_send_failed', 'exporter_enqueue_failed'),
          exporters,
          waiting: counters
            .filter(
              ({ metric, column }) =>
                metric === 'otelcol_exporter_queue_size' &&
                (column.labels['data_type'] ?? 'traces') === 'traces' &&
                (exporters.length === 0 || exporters.includes(column.labels['exporter'] ?? '')),
            )
            .reduce((sum, { column }) => sum + (column.values[column.timesMs.findLastIndex((atMs) => atMs <= during.untilMs)] ?? 0), 0),
        },
    vanished: {
      accepted: totalIn(ALWAYS, 'receiver_accepted'),
      sent: storeIn(ALWAYS, 'exporter_sent', 'exporter_send_failed', 'exporter_enqueue_failed'),
    },
    idInLines: ids.state,
    idsOf: Object.fromEntries(servicesOf(spec.tree).map((each) => [each, idInLines(run, spec, each).state])),
    unsampled: unsampled.length,
    lostThoughSampled,
    forgotten: own.filter(({ forgotten }) => forgotten === true).length,
    storeKnowsOthers: others.length === 0 ? undefined : others.includes(true),
    exportErrors: said.flatMap(({ service: speaker, count, lines }) =>
      lines.slice(-1).map(({ timeNs, line }) => ({
        service: speaker,
        atMs: Number(timeNs.slice(0, -6)),
        said: exportErrorIn(line) ?? line.slice(0, 200),
        count,
        before: Number(timeNs.slice(0, -6)) < during.fromMs,
      })),
    ),
    pointers: [
      ...new Set([...counters.map(({ seq }) => seq), ...ids.pointers, ...unsampled.map(({ seq }) => seq), ...said.map(({ seq }) => seq)]),
    ],
  }
}

type Counter = RunRecord['health'][number]

function increaseOf(counters: readonly Counter[], upMs: number, time: Time, names: readonly string[]): number {
  return counters
    .filter(({ metric }) => names.some((name) => metric === `otelcol_${name}_spans` || metric === `otelcol_${name}_spans_total`))
    .reduce((sum, { column }) => sum + increaseIn(column, upMs, time), 0)
}

/** Those that are called after the store, or else the one that sent most; empty where none has a name. */
function exportersOf(counters: readonly Counter[]): string[] {
  const sent = new Map<string, number>()
  for (const { metric, column } of counters)
    if (/^otelcol_exporter_(sent|send_failed)_spans/.test(metric))
      sent.set(column.labels['exporter'] ?? '', (sent.get(column.labels['exporter'] ?? '') ?? 0) + (column.values.at(-1) ?? 0))
  const names = [...sent.keys()]
  const stores = names.filter((name) => /jaeger/i.test(name))
  if (stores.length > 0) return stores
  const [most] = [...sent].sort(([, a], [, b]) => b - a)
  return names.length < 2 || most === undefined ? [] : [most[0]]
}

interface Time {
  fromMs: number
  untilMs: number
}
const ALWAYS: Time = { fromMs: -Infinity, untilMs: Infinity }

/** From the first request along the path, or of the flow to the service that takes it, until the last look for its trace. */
function timeOf(run: RunRecord, spec: TraceSpec): Time {
  const { service } = spec.request
  const flows = run.traceFlows.filter((flow) => flow.service === service)
  const begun = [
    ...run.traceProbes.filter((probe) => probe.spec === spec.id).map(({ sentMs }) => sentMs),
    ...run.logFlows.filter((flow) => flows.some(({ spec: id }) => id === flow.spec)).map(({ startedMs }) => startedMs),
  ]
  const looked = [...run.traces.filter((entry) => entry.spec === spec.id).map(({ atMs }) => atMs), ...flows.map(({ atMs }) => atMs)]
  return begun.length === 0 || looked.length === 0 ? ALWAYS : { fromMs: Math.min(...begun), untilMs: Math.max(...looked) }
}

/** The samples that enclose that time, and those in it. */
function around({ timesMs, values }: Column, { fromMs, untilMs }: Time): number[] {
  const after = timesMs.findIndex((atMs) => atMs >= untilMs)
  return values.slice(
    Math.max(
      0,
      timesMs.findLastIndex((atMs) => atMs <= fromMs),
    ),
    after === -1 ? values.length : after + 1,
  )
}

/**
 * As PromQL counts, a value that falls is a process that began anew; but a counter that appears while the collector
 * was already up (`upMs`) rose from zero: it shows none that it has not yet used.
 */
function increaseIn(column: Column, upMs: number, during: Time): number {
  const known = during === ALWAYS ? IN_ALL.get(column) : undefined
  if (known?.upMs === upMs) return known.increase
  const increase = readIncrease(column, upMs, during)
  if (during === ALWAYS) IN_ALL.set(column, { upMs, increase })
  return increase
}

/** Asked for by every trace; a record does not change once it is judged. */
const IN_ALL = new WeakMap<Column, { upMs: number; increase: number }>()

function readIncrease(column: Column, upMs: number, during: Time): number {
  const firstMs = column.timesMs[0] ?? Infinity
  const appeared = firstMs > upMs && firstMs > during.fromMs && firstMs <= during.untilMs ? (column.values[0] ?? 0) : 0
  return around(column, during).reduce(
    (sum, value, index, all) => (index === 0 ? sum : sum + (value >= (all[index - 1] ?? 0) ? value - (all[index - 1] ?? 0) : value)),
    appeared,
  )
}

/** From the lines themselves, not by the deployed derivedFields regex: that one may be what is broken. */
function idInLines(run: RunRecord, spec: TraceSpec, service: string): { state: IdInLines; pointers: number[] } {
  const byId = run.traceLogs.filter((entry) => entry.spec === spec.id)
  const probes = run.logProbes.filter((probe) => probe.spec === service)
  const looks = [
    ...byId.flatMap(({ seq, traceId, lines, instead }) => [
      ...((lines[service] ?? 0) > 0 ? [{ seq, sent: traceId, ids: [traceId] }] : []),
      ...((instead?.[service]?.lines ?? 0) > 0 ? [{ seq, sent: traceId, ids: instead?.[service]?.traceIds ?? [] }] : []),
    ]),
    ...probes.flatMap((probe) =>
      run.logLines
        .filter(({ stamp }) => stamp === probe.stamp)
        .flatMap(({ seq, lines }) =>
          lines
            .filter(({ line }) => line.includes(probe.stamp))
            .map(({ line }) => ({ seq, sent: probe.traceId, ids: line.includes(probe.traceId) ? [probe.traceId] : traceIdsIn(line) })),
        ),
    ),
  ]
  const state =
    looks.length === 0
      ? 'unknown'
      : looks.some(({ sent, ids }) => ids.includes(sent))
        ? 'own'
        : looks.some(({ ids }) => ids.length > 0)
          ? 'foreign'
          : 'none'
  return { state, pointers: looks.map(({ seq }) => seq) }
}

/** Spans between receiver and exporter at the moment of a scrape, and what a batch makes of them. */
const UNDERWAY = 20
const UNDERWAY_SHARE = 0.05

function lost({ accepted, sent }: { accepted: number; sent: number }): boolean {
  return accepted - sent > Math.max(UNDERWAY, accepted * UNDERWAY_SHARE)
}

/** Names the first broken link between a request and its trace: agent, propagator, sampler, exporter, collector, store. */
export function brokenLink(path: SpanPath, service: string, missingAll: boolean): string {
  const { collector, idInLines: ids, unsampled, lostThoughSampled, forgotten, storeKnowsOthers, exportErrors } = path
  const context = contextLink(service, ids)
  if (context !== undefined) return context
  if (unsampled > 0)
    return `Sampler: the lines of at least ${countOf(unsampled, 'request')} to ${service} say that their trace is not sampled (trace_flags 00), although the caller's was. Look at OTEL_TRACES_SAMPLER and its ratio; parentbased_always_on keeps to the caller's, unless a gateway between clears it.`
  if (forgotten > 0)
    return `Trace store: ${countOf(forgotten, 'trace')} found at first and not later: it forgets. Look at its limit of traces (memory.max-traces) and its retention.`
  // A collector that refuses is what the services complain about. What they said before may be over; it counts where nothing else shows it.
  const complaint = complaintOf(exportErrors.filter(({ before }) => !before))
  if (complaint !== undefined && (collector?.refused ?? 0) === 0) return complaint
  const earlier = complaintOf(exportErrors)
  if (collector === undefined) {
    return (
      earlier ??
      (missingAll
        ? "The collector's own counters of that time were not recorded, so the link is not known. Look at the services' OTLP endpoint and protocol (agent 2.x speaks http/protobuf on 4318 by default). Then at the sampler, and at the collector's pipeline and exporter."
        : 'Some requests left a trace and some did not: look at the sampler (ratio below 1) and at dropped spans in the exporter queues.')
    )
  }
  const { accepted } = collector
  const account = accountOf(collector)
  const lossy = collectorLink(path)
  if (lossy !== undefined) return lossy
  if (accepted === 0)
    return (
      earlier ??
      `Exporter of the service: ${service} sends elsewhere or cannot send. Look at OTEL_EXPORTER_OTLP_ENDPOINT and _PROTOCOL (agent 2.x speaks http/protobuf on 4318 by default) and at the collector's receivers. Search the service's own output for "Failed to export". ${account}`
    )
  // Also where some of the traces are there: one that keeps only the newest has lost the drill's own, which is older.
  if (storeKnowsOthers === false)
    return `Trace store: it has not even the drill's own trace: it forgets (memory.max-traces, retention), or the collector sends to another one. ${account}`
  if (lostThoughSampled)
    return (
      earlier ??
      `Exporter of the service: the lines of ${service} say that the missing traces are sampled, and the collector passed on what it got. Look at what it sends to (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER) and at its own queue (OTEL_BSP_MAX_QUEUE_SIZE). ${account}`
    )
  if (!missingAll)
    return `Sampler: some requests left a trace and some did not, and no span was lost on the way. Look at OTEL_TRACES_SAMPLER and its ratio. ${account}`
  if (storeKnowsOthers === true)
    return (
      earlier ??
      `Sampler or exporter of the service: the store has traces of others. So ${service} samples none (OTEL_TRACES_SAMPLER) or sends elsewhere (OTEL_EXPORTER_OTLP_ENDPOINT, another collector). ${account}`
    )
  return (
    earlier ??
    `Sampler, exporter or store: spans of others pass. So ${service} samples none (OTEL_TRACES_SAMPLER) or sends elsewhere, or the trace store forgets (its limit of traces). ${account}`
  )
}

function contextLink(service: string, ids: IdInLines): string | undefined {
  if (ids === 'none')
    return `No agent: the lines of ${service} carry no trace id, so nothing instruments it, or not the side that takes requests. Look at JAVA_TOOL_OPTIONS / -javaagent, OTEL_JAVAAGENT_ENABLED and OTEL_SDK_DISABLED (or the library's switch) of its process. Then at OTEL_INSTRUMENTATION_*_ENABLED of its server.`
  if (ids === 'foreign')
    return `Propagator: the lines of ${service} carry another trace id than the caller's traceparent, so its spans lie in traces of their own. OTEL_PROPAGATORS must contain tracecontext, and a gateway before it must neither drop nor replace the header.`
  return undefined
}

type Counts = NonNullable<SpanPath['collector']>

function accountOf({ accepted, refused, sent, failed, waiting, exporters }: Counts): string {
  return `The collector accepted ${countOf(accepted, 'span')}, refused or dropped ${refused}, passed on ${sent}${exporters.length > 0 ? ` by ${exporters.join(', ')}` : ''}, failed to send ${failed}${waiting > 0 ? `; ${countOf(waiting, 'batch', 'batches')} in its queue` : ''}.`
}

const HOLDERS = 'one that holds spans back: groupbytrace, tail_sampling decision_wait, the timeout of batch'

/** What the collector's own counters say against it; undefined: nothing. */
export function collectorLink({ collector, vanished }: Pick<SpanPath, 'collector' | 'vanished'>): string | undefined {
  if (collector === undefined) return undefined
  const { accepted, sent, failed, waiting, refused } = collector
  const account = accountOf(collector)
  // It tries again for minutes before it calls a batch failed: until then only the queue shows it.
  if (failed > 0 || (waiting > 0 && sent < accepted / 2))
    return `Collector, exporter: ${account} Look at its exporter's endpoint, protocol and TLS, and whether the trace store is up.`
  if (refused > 0) return `Collector, receiver or processor: ${account} Look at memory_limiter and at filters.`
  if (accepted === 0) return undefined
  if (sent < accepted / 2 || lost({ accepted, sent })) {
    return vanished.accepted > 0 && !lost(vanished)
      ? `Collector, pipeline: in all of the drill it passed on what it took, so it holds spans back. Look at its processors (${HOLDERS}) and at the exporter's queue. ${account}`
      : `Collector, pipeline: ${accepted - sent} spans vanished in it. Look at its processors (a sampler, a filter, or ${HOLDERS}) and at the exporter's queue. ${account}`
  }
  if (lost(vanished))
    return `Collector, pipeline: of ${countOf(vanished.accepted, 'span')} that it accepted in all of the drill it passed on ${vanished.sent}. Look at its processors (a sampler, a filter) and at the exporter's queue.`
  return undefined
}

/** What the services themselves say about spans that they could not send; of all services, or of those given. */
export function complaintOf(exportErrors: SpanPath['exportErrors'], services?: readonly string[]): string | undefined {
  const [first, ...more] = exportErrors.filter(({ service }) => services?.includes(service) ?? true)
  if (first === undefined) return undefined
  const said = first.said.length > QUOTED ? `${first.said.slice(0, QUOTED)}...` : first.said
  const advice = NOT_FOUND.test(first.said)
    ? 'What answers there has nothing at that path: compare OTEL_EXPORTER_OTLP_ENDPOINT with traces_url_path of the collector.'
    : 'Look at its OTEL_EXPORTER_OTLP_ENDPOINT and _PROTOCOL (agent 2.x speaks http/protobuf on 4318 by default). Is the collector up, with a receiver there?'
  return `Exporter of the service: the log of ${first.service} says ${JSON.stringify(said)} (${clockTime(first.atMs)}, ${countOf(first.count, 'such line')})${more.length > 0 ? `, and ${more.map(({ service }) => service).join(', ')} alike` : ''}. ${advice}`
}

/** So much of a line says what is wrong; what to change has to have room in the first line of the report. */
const QUOTED = 120
/** As the exporters of the SDKs write a status. */
const NOT_FOUND = /(?:status(?: code)?|code)\W+404\b|\b404 Not Found/i

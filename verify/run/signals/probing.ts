import { randomBytes } from 'node:crypto'
import { cutTraceId, deadLink, type Cut } from '../../grafana/derived-fields.ts'
import type { JournalBody, LogLine, Trace, SentProbe } from '../../model/journal.ts'
import { labelOf, selectorOf, selectorOfAll, serviceOf } from '../../logs/selector.ts'
import type { Plan } from '../../model/plan.ts'
import type { HttpProbe, LogSpec, Spec, TraceSpec } from '../../model/spec.ts'
import { allSampled, traceIdsIn } from '../../trace/trace-id.ts'
import { isWhole, matchTree, servicesOf } from '../../trace/match.ts'
import { clipLine, clipTrace } from './clip.ts'
import { recordExportErrors } from './find-export-errors.ts'
import { startFlow } from './log-flow.ts'
import { pollRecord } from './find-log-record.ts'
import { timeMs } from './loki-pages.ts'
import { withLinked } from './linked-spans.ts'
import type { Ports } from '../ports.ts'
import type { DrillOptions } from '../options.ts'
import { recordTraceSearch } from './span-to-lines.ts'
import { messageOf } from '../../text/error-text.ts'

const REQUESTS_PER_PATH = 3
const POLL_MS = 250
/** A trace that did not grow in so many looks is taken for whole. */
const STABLE_LOOKS = 4
/** So long after its time a trace is still looked for: one that comes late has another cause than one that never comes. */
const LATE_MS = 15_000
/**
 * A span that must not come is waited for as long as the slowest would take: the batch delay of every OpenTelemetry SDK is 5 s by default,
 * and then its way.
 */
const ABSENT_MS = 8_000
const LINES_PER_STAMP = 50
const LABELS_ASKED = 5
/** A line that keeps the time of another, or is taken for one of another zone, is looked for so far away. */
const ELSEWHEN_MS = 14 * 3_600_000
const PRIMERS_IN_FLIGHT = 10

type Sent = Omit<SentProbe, 'error'>

export interface Probing {
  /** All requests are over: what comes now is not in their way. Never rejects. */
  sent: Promise<void>
  /** What they left behind is read, or its deadline is over. Never rejects: trouble is in the journal. */
  collected: Promise<void>
}

/**
 * While the system becomes steady, before the first fault: requests that fail on purpose (their traces are wanted, their traces in
 * the counters not), those that make a record of several lines, and the flows of stamped requests.
 */
export function probeEarly(plan: Plan, spec: Spec, ports: Ports, options: DrillOptions): Probing {
  const logs = plannedLogs(plan, spec)
  const failing = plannedTraces(plan, spec)
    .filter(({ request }) => request.expectStatus >= 400)
    .map((trace) => probeTrace(trace, plan, spec, ports, options))
  const flows = logs.flatMap((log) =>
    log.flow === undefined ? [] : [startFlow(log, log.flow, tracedWithinMs(log, plan, spec), ports, options)],
  )
  const records = logs.flatMap((log) =>
    log.multiline?.request === undefined ? [] : [probeRecord(log, log.multiline.request, ports, options)],
  )
  return together([...failing, ...flows, ...records])
}

/** On the steady system: a few requests along each trace path and one stamped request per service. */
export function probeSteady(plan: Plan, spec: Spec, ports: Ports, options: DrillOptions): Probing {
  const paths = plannedTraces(plan, spec).filter(({ request }) => request.expectStatus < 400)
  return together([
    ...paths.map((trace) => probeTrace(trace, plan, spec, ports, options)),
    ...plannedLogs(plan, spec).map((log) => probeLog(log, tracedWithinMs(log, plan, spec) ?? 0, ports, options)),
  ])
}

function plannedTraces(plan: Plan, spec: Spec): TraceSpec[] {
  return spec.traces.filter(({ id }) => plan.traces.includes(id))
}

/** What is promised of a path through a service is promised of its other requests as well; null: nothing is. */
function tracedWithinMs({ request }: LogSpec, plan: Plan, spec: Spec): number | null {
  return plannedTraces(plan, spec)
    .filter(({ request: { service } }) => service === request.service)
    .reduce<number | null>((most, { maxDelayMs }) => Math.max(most ?? 0, maxDelayMs), null)
}

function plannedLogs(plan: Plan, spec: Spec): LogSpec[] {
  return spec.logs.filter(({ service }) => plan.logs.includes(service))
}

function together(parts: Probing[]): Probing {
  return {
    sent: Promise.all(parts.map(({ sent }) => sent)).then(() => undefined),
    collected: Promise.all(parts.map(({ collected }) => collected)).then(() => undefined),
  }
}

/** Reading begins as soon as the requests are over. An interruption ends both; any other trouble is noted and the rest goes on. */
function probing<T>(what: string, send: Promise<T>, collect: (sent: T) => Promise<void>, ports: Ports, options: DrillOptions): Probing {
  const sent = send.then(
    () => undefined,
    () => undefined,
  )
  const collected = send.then(collect).catch((error: unknown) => {
    if (!options.signal.aborted) ports.journal.append({ kind: 'note', message: `${what} was not read to its end: ${messageOf(error)}` })
  })
  return { sent, collected }
}

function probeTrace(trace: TraceSpec, plan: Plan, spec: Spec, ports: Ports, options: DrillOptions): Probing {
  const send = Promise.all(
    Array.from({ length: trace.requests ?? REQUESTS_PER_PATH }, async (_, index) => {
      const stamp = `${options.runId}-${trace.id}-${index}`
      await prime(trace, stamp, ports)
      return sendOne(trace, stamp, ports, (body) => {
        ports.journal.append({ kind: 'trace-probe', spec: trace.id, experiment: null, ...body })
      })
    }),
  )
  const services = new Set(servicesOf(trace.tree))
  const logged = spec.logs.filter((log) => log.linksToTrace && services.has(log.service))
  const records = plannedLogs(plan, spec).filter(({ multiline }) => multiline?.trace === trace.id)
  return probing(
    `trace path ${trace.id}`,
    send,
    async (all) => {
      const answered = all.filter((sent) => sent !== null)
      const [seen] = await Promise.all([
        Promise.all(answered.map((sent) => pollTrace(trace, sent, ports, options))),
        ...(logged.length > 0 ? answered.map((sent) => pollTraceLogs(trace, logged, sent, ports, options)) : []),
        ...records.map((log) => lookForRecord(log, all[0] ?? null, ports, options)),
      ])
      const silent = [...services].filter((service) =>
        seen.some((there) => there !== undefined && there?.spans.some((span) => span.service === service) !== true),
      )
      const [first] = answered
      const [found] = seen
      if (options.traceToLogs !== undefined && first !== undefined && found !== undefined && found !== null && logged.length > 0) {
        const mostMs = Math.max(...logged.map(({ maxDelayMs }) => maxDelayMs))
        await recordTraceSearch(
          trace.id,
          found,
          logged.map(({ service }) => service),
          options.traceToLogs,
          first.sentMs + mostMs,
          ports,
          options.signal,
        )
      }
      if (silent.length > 0) await recordExportErrors(trace.id, silent, Math.min(...answered.map(({ sentMs }) => sentMs)), ports, spec.logs)
    },
    ports,
    options,
  )
}

function probeLog(log: LogSpec, tracedMs: number, ports: Ports, options: DrillOptions): Probing {
  const send = sendOne(log, `${options.runId}-log-${log.service}`, ports, (body) => {
    ports.journal.append({ kind: 'log-probe', spec: log.service, ...body })
  })
  return probing(
    `log of ${log.service}`,
    send,
    async (sent) => {
      if (sent === null) return
      const lines = await pollLines(log, sent, ports, options)
      // A line that did not come is no line without a link.
      if (log.linksToTrace && lines.length > 0) await followLink(log, sent, lines, sent.sentMs + tracedMs, ports, options)
    },
    ports,
    options,
  )
}

/** Of those records of several lines that a request of their own makes. */
function probeRecord(log: LogSpec, request: HttpProbe, ports: Ports, options: DrillOptions): Probing {
  // Its entry has the outcome of the request.
  let error: string | undefined
  const send = sendOne({ request }, `${options.runId}-record-${log.service}`, ports, (body) => {
    error = body.error
  })
  return probing(`record of ${log.service}`, send, (sent) => lookForRecord(log, sent, ports, options, error), ports, options)
}

async function lookForRecord(log: LogSpec, sent: Sent | null, ports: Ports, options: DrillOptions, error?: string): Promise<void> {
  const request = sent ?? { stamp: '', traceId: '', sentMs: ports.clock.now(), status: 0, ...(error === undefined ? {} : { error }) }
  if (log.multiline !== undefined) await pollRecord(log, log.multiline, request, ports, options.signal)
}

/** Uses up what the service grants, so that the traced request is refused. Not traced: these are no evidence. */
async function prime({ request }: TraceSpec, stamp: string, { probes }: Ports): Promise<void> {
  let left = request.primedBy ?? 0
  await Promise.all(
    Array.from({ length: Math.min(left, PRIMERS_IN_FLIGHT) }, async () => {
      while (left > 0) {
        left -= 1
        // Whether they did what they were for shows in the status of the traced one.
        await probes.send(request, { traceId: null, spanId: '', stamp }).catch(() => undefined)
      }
    }),
  )
}

/** Resolves with what is stored of it, null when that is nothing; undefined when the store did not answer. */
async function pollTrace(
  trace: TraceSpec,
  { traceId, sentMs }: Sent,
  ports: Ports,
  options: DrillOptions,
): Promise<Trace | null | undefined> {
  const { clock, journal, jaeger } = ports
  const deadline = sentMs + trace.maxDelayMs
  let polls = 0
  let spans = 0
  let grownMs = 0
  let stable = 0
  let seen = false
  let whole = false
  for (;;) {
    polls += 1
    try {
      const own = await jaeger.trace(traceId)
      const found = own === null ? null : await withLinked(trace.tree, own, jaeger, sentMs, clock.now())
      const now = clock.now()
      const size = found?.spans.length ?? 0
      if (size > spans) grownMs = now
      stable = size > 0 && size === spans ? stable + 1 : 0
      spans = size
      seen ||= size > 0
      // Unchanged for a while is not yet complete: what was promised may come in the next batch, of the same service too.
      if (found !== null && stable === STABLE_LOOKS) whole = isWhole(trace.tree, found)
      const complete = whole && stable >= STABLE_LOOKS && (trace.absent.length === 0 || now >= sentMs + ABSENT_MS)
      // A store that had it once and now does not will not have it later.
      const lateMs =
        now < deadline ||
        (seen && found === null) ||
        (found !== null && matchTree(trace.tree, found, false).every(({ span }) => span !== undefined))
          ? 0
          : LATE_MS
      if (complete || now >= deadline + lateMs) {
        if (found !== null)
          journal.append({ kind: 'trace', spec: trace.id, traceId, foundMs: grownMs, polls, trace: clipTrace(found, trace) })
        else
          journal.append({
            kind: 'trace',
            spec: trace.id,
            traceId,
            foundMs: null,
            polls,
            trace: null,
            ...(seen ? { forgotten: true } : {}),
            ...(await ownSpans(ports)),
          })
        return found
      }
    } catch (error) {
      if (clock.now() >= deadline) {
        const message = messageOf(error)
        journal.append({ kind: 'trace', spec: trace.id, traceId, foundMs: null, polls, trace: null, error: message })
        journal.append({ kind: 'source-error', source: 'jaeger', experiment: null, message })
        return undefined
      }
    }
    await clock.sleep(POLL_MS, options.signal)
  }
}

/** Whether the store has anything of this drill at all: its own trace takes the same way from the collector on. */
async function ownSpans({ jaeger, telemetry }: Ports): Promise<{ ownSpans?: number }> {
  if (telemetry.traceId === null) return {}
  return jaeger.trace(telemetry.traceId).then(
    (own) => ({ ownSpans: own?.spans.length ?? 0 }),
    () => ({}),
  )
}

/** The way back: the query that Grafana makes of a span (tracesToLogsV2 with filterByTraceID). */
async function pollTraceLogs(
  trace: TraceSpec,
  logged: LogSpec[],
  { traceId, stamp, sentMs }: Sent,
  ports: Ports,
  options: DrillOptions,
): Promise<void> {
  const { clock, journal, loki } = ports
  const linesWith = (logs: LogSpec[], text: string): string => `${selectorOfAll(logs)} |= ${JSON.stringify(text)}`
  const query = linesWith(logged, traceId)
  const deadline = sentMs + Math.max(...logged.map(({ maxDelayMs }) => maxDelayMs))
  for (let polls = 1; ; polls += 1) {
    const entry = { kind: 'trace-log', spec: trace.id, traceId, query, sentMs, polls } as const
    try {
      const found = byService(await loki.queryRange(query, sentMs - 5_000, clock.now() + 5_000, LINES_PER_STAMP), logged)
      const now = clock.now()
      const silent = logged.filter(({ service }) => found[service] === undefined)
      if (silent.length === 0 || now >= deadline) {
        const lines = Object.fromEntries(Object.entries(found).map(([service, own]) => [service, own.length]))
        const sampled = Object.fromEntries(
          Object.entries(found).flatMap(([service, own]) => {
            const says = allSampled(own)
            return says === undefined ? [] : [[service, says]]
          }),
        )
        // The line may be there all the same: without an id nothing instruments the service, with another one its spans are in another
        // trace.
        const instead =
          silent.length === 0
            ? {}
            : stamped(await loki.queryRange(linesWith(silent, stamp), sentMs - 5_000, now + 5_000, LINES_PER_STAMP), stamp, logged)
        journal.append({
          ...entry,
          foundMs: silent.length === 0 ? now : null,
          lines,
          ...(Object.keys(sampled).length === 0 ? {} : { sampled }),
          ...(Object.keys(instead).length === 0 ? {} : { instead }),
        })
        return
      }
    } catch (error) {
      if (clock.now() >= deadline) {
        const message = messageOf(error)
        journal.append({ ...entry, foundMs: null, lines: {}, error: message })
        journal.append({ kind: 'source-error', source: 'loki', experiment: null, message })
        return
      }
    }
    await clock.sleep(POLL_MS, options.signal)
  }
}

function byService(lines: LogLine[], logs: LogSpec[]): Record<string, LogLine[]> {
  const groups = new Map<string, LogLine[]>()
  for (const line of lines) groups.set(serviceOf(line.labels, logs), [...(groups.get(serviceOf(line.labels, logs)) ?? []), line])
  return Object.fromEntries(groups)
}

/** Of one request alone: the stamp of the tenth begins like that of the first. */
function stamped(lines: LogLine[], stamp: string, logs: LogSpec[]): NonNullable<Extract<JournalBody, { kind: 'trace-log' }>['instead']> {
  const own = lines.filter(({ line }) =>
    line
      .split(stamp)
      .slice(1)
      .some((rest) => !/^\d/.test(rest)),
  )
  return Object.fromEntries(
    Object.entries(byService(own, logs)).map(([service, all]) => [
      service,
      { lines: all.length, traceIds: [...new Set(all.flatMap(({ line }) => traceIdsIn(line)))] },
    ]),
  )
}

async function pollLines(log: LogSpec, { stamp, traceId, sentMs }: Sent, ports: Ports, options: DrillOptions): Promise<LogLine[]> {
  const { clock, journal, loki } = ports
  const selector = Object.entries(log.labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')
  const query = `${selectorOf(log)} |= ${JSON.stringify(stamp)}`
  const deadline = sentMs + log.maxDelayMs
  for (let polls = 1; ; polls += 1) {
    try {
      const lines = await loki.queryRange(query, sentMs - 5_000, clock.now() + 5_000, LINES_PER_STAMP)
      if (lines.length > 0 || clock.now() >= deadline) {
        // Where nothing is found the line may still be there, under another time or under other labels: what was found names what broke.
        const elsewhere = async (wider: string): Promise<LogLine[]> =>
          loki.queryRange(wider, sentMs - ELSEWHEN_MS, clock.now() + ELSEWHEN_MS, LINES_PER_STAMP)
        const elsewhen = lines.length > 0 ? lines : await elsewhere(query)
        let anywhere = elsewhen
        for (const name of new Set([labelOf(log).name, ...Object.keys(log.labels)]))
          if (anywhere.length === 0) anywhere = await elsewhere(`{${name}=~".+"} |= ${JSON.stringify(stamp)}`)
        const perRequest = await labelsPerRequest(anywhere, { stamp, traceId, sentMs }, ports)
        const kept = anywhere.map((line) => clipLine(line, [stamp, traceId]))
        journal.append({
          kind: 'log-lines',
          spec: log.service,
          stamp,
          query: `${query} (promised {${selector}})`,
          foundMs: anywhere.length > 0 ? clock.now() : null,
          polls,
          lines: kept,
          ...(perRequest.length === 0 ? {} : { perRequest }),
        })
        return anywhere
      }
    } catch (error) {
      if (clock.now() >= deadline) {
        const message = messageOf(error)
        journal.append({ kind: 'log-lines', spec: log.service, stamp, query, foundMs: null, polls, lines: [], error: message })
        journal.append({ kind: 'source-error', source: 'loki', experiment: null, message })
        return []
      }
    }
    await clock.sleep(POLL_MS, options.signal)
  }
}

/** By a label's value only a stream is found: structured metadata and parsed fields are no part of a selector. */
async function labelsPerRequest(
  lines: LogLine[],
  { stamp, traceId, sentMs }: Pick<Sent, 'stamp' | 'traceId' | 'sentMs'>,
  { loki }: Ports,
): Promise<string[]> {
  const own = new Map(
    lines.flatMap(({ labels }) =>
      Object.entries(labels).filter(
        ([name, value]) =>
          /^[a-zA-Z_]\w*$/.test(name) && value.length <= 1_024 && (value.includes(stamp) || value.toLowerCase() === traceId),
      ),
    ),
  )
  // Where the lines are, and no further: stores limit how long a time one query may ask for.
  const timesMs = [sentMs, ...lines.map(timeMs)].filter(Number.isFinite)
  const [fromMs, untilMs] = [Math.min(...timesMs) - 1_000, Math.max(...timesMs) + 1_000]
  const asked = await Promise.all(
    [...own].slice(0, LABELS_ASKED).map(async ([name, value]) => {
      // A store that does not answer this has shown the line all the same.
      const stream = await loki.queryRange(`{${name}=${JSON.stringify(value)}}`, fromMs, untilMs, 1).catch(() => [])
      return stream.length > 0 ? [name] : []
    }),
  )
  return asked.flat()
}

/** The click from a line to its trace, as the deployed Grafana would make it. */
async function followLink(
  log: LogSpec,
  sent: Sent,
  lines: LogLine[],
  promisedMs: number,
  ports: Ports,
  options: DrillOptions,
): Promise<void> {
  const { clock, journal, jaeger } = ports
  const fields = options.derivedFields
  const all = fields?.fields ?? []
  const ignored = all.flatMap((field) => field.ignored)
  const entry = {
    kind: 'log-link',
    spec: log.service,
    regex: all.map(({ regex }) => regex).join(' or '),
    ...(all.length > 0 && all.every(({ matcher }) => matcher === 'label') ? { matcher: 'label' as const } : {}),
    ...(ignored.length === 0 ? {} : { ignored }),
    ...(fields === null ? {} : { file: fields.file }),
  } as const
  let cut: Cut | null
  try {
    const cuts = lines.flatMap((line) => cutTraceId(line, all, sent.traceId) ?? [])
    cut =
      cuts.find(({ traceId, field }) => traceId === sent.traceId && deadLink(field.links) === undefined) ??
      cuts.find(({ traceId }) => traceId === sent.traceId) ??
      cuts[0] ??
      null
  } catch (error) {
    journal.append({ ...entry, traceId: null, found: false, error: messageOf(error) })
    return
  }
  // Whether another request's trace is there says nothing.
  if (cut === null || cut.traceId !== sent.traceId) {
    journal.append({
      ...entry,
      ...fitted(cut),
      traceId: cut?.traceId ?? null,
      found: false,
      ...(fields?.error === undefined ? {} : { error: fields.error }),
    })
    return
  }
  const deadline = Math.max(clock.now() + log.maxDelayMs, promisedMs)
  for (;;) {
    let error: string | undefined
    const found = await jaeger.trace(cut.traceId).then(
      (trace) => trace !== null,
      (trouble: unknown) => {
        error = messageOf(trouble)
        return false
      },
    )
    if (found || clock.now() >= deadline) {
      journal.append({ ...entry, ...fitted(cut), traceId: cut.traceId, found, ...(error === undefined ? {} : { error }) })
      if (error !== undefined) journal.append({ kind: 'source-error', source: 'jaeger', experiment: null, message: error })
      return
    }
    await clock.sleep(POLL_MS, options.signal)
  }
}

function fitted(cut: Cut | null): Partial<Pick<Extract<JournalBody, { kind: 'log-link' }>, 'links' | 'matcher' | 'regex'>> {
  return cut === null
    ? {}
    : { regex: cut.regex, links: cut.field.links, ...(cut.field.matcher === 'label' ? { matcher: cut.field.matcher } : {}) }
}

/** An all-zero id is invalid in W3C trace context; random ones never are in practice, and these are checked by the judge anyway. */
async function sendOne(spec: { request: HttpProbe }, stamp: string, ports: Ports, append: (body: SentProbe) => void): Promise<Sent | null> {
  const traceId = randomBytes(16).toString('hex')
  const sentMs = ports.clock.now()
  try {
    const { status } = await ports.probes.send(spec.request, { traceId, spanId: randomBytes(8).toString('hex'), stamp })
    append({ traceId, stamp, sentMs, status })
    return { traceId, stamp, sentMs, status }
  } catch (error) {
    append({ traceId, stamp, sentMs, status: 0, error: messageOf(error) })
    return null
  }
}

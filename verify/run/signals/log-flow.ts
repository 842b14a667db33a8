import { labelOf, selectorOf } from '../../logs/selector.ts'
import type { LogSpec } from '../../model/spec.ts'
import { allSampled } from '../../trace/trace-id.ts'
import { countLines, sendOfFlow, sightLines } from './flow-lines.ts'
import { FlowTally } from './flow-tally.ts'
import type { Ports } from '../ports.ts'
import type { DrillOptions } from '../options.ts'
import { traceIds } from './trace-ids.ts'
import { messageOf } from '../../text/error-text.ts'

/** Requests of a burst that are on their way at once: a burst for the log pipeline, none for the service. */
const BURST_IN_FLIGHT = 10
const TRACES_POLL_MS = 1_000
const IDS_PER_QUESTION = 50
const SHOWN_MISSING = 5
const LINES_OF_MISSING = 50

export interface Flow {
  /** All requests are over. Never rejects. */
  sent: Promise<void>
  /** Lines and traces are counted, or their deadline is over. Never rejects. */
  collected: Promise<void>
}

/**
 * Sends one service's flow of stamped, traced requests and counts their lines, and their traces where any are promised, into one entry
 * each.
 */
export function startFlow(
  log: LogSpec,
  flow: NonNullable<LogSpec['flow']>,
  tracesWithinMs: number | null,
  ports: Ports,
  options: DrillOptions,
): Flow {
  const tally = new FlowTally(`${options.runId}-flow-${log.service}-`, ports.clock.now(), flow.steady + flow.burst)
  const ids = traceIds(tally.size)
  const traceId = (index: number): string => ids[index] ?? ''
  const sent = sendAll(log, flow, tally, traceId, ports, options).catch(() => undefined)
  const collected = Promise.all([
    followLines(log, flow, tally, sent, ports, options),
    ...(tracesWithinMs === null
      ? []
      : [sent.then(() => countTraces(log, tracesWithinMs, tally.answeredIndices().map(traceId), ports, options))]),
  ]).then(
    () => undefined,
    () => undefined,
  )
  return { sent, collected }
}

async function sendAll(
  log: LogSpec,
  flow: NonNullable<LogSpec['flow']>,
  tally: FlowTally,
  traceId: (index: number) => string,
  ports: Ports,
  options: DrillOptions,
): Promise<void> {
  const { clock } = ports
  const one = (index: number): Promise<void> => sendOfFlow(log.request, tally, index, traceId(index), ports)
  const steady: Promise<void>[] = []
  for (let index = 0; index < flow.steady; index += 1) {
    steady.push(one(index))
    await clock.sleep(1000 / flow.ratePerS, options.signal)
  }
  await Promise.all(steady)
  let next = flow.steady
  await Promise.all(
    Array.from({ length: BURST_IN_FLIGHT }, async () => {
      while (next < tally.size && !options.signal.aborted) {
        const index = next
        next += 1
        await one(index)
      }
    }),
  )
}

async function followLines(
  log: LogSpec,
  flow: NonNullable<LogSpec['flow']>,
  tally: FlowTally,
  sent: Promise<void>,
  ports: Ports,
  options: DrillOptions,
): Promise<void> {
  const { clock, journal } = ports
  const query = `${selectorOf(log)} |= ${JSON.stringify(tally.prefix)}`
  let deadline = Number.POSITIVE_INFINITY
  void sent.then(() => {
    deadline = clock.now() + log.maxDelayMs
  })
  await sightLines(
    query,
    tally,
    ports,
    options.signal,
    () => deadline !== Number.POSITIVE_INFINITY && (tally.complete || clock.now() >= deadline),
  )
  let read = 0
  let error: string | undefined
  try {
    read = await countLines(query, tally, ports, options.signal)
  } catch (trouble) {
    options.signal.throwIfAborted()
    error = messageOf(trouble)
  }
  journal.append({
    kind: 'log-flow',
    spec: log.service,
    prefix: tally.prefix,
    query,
    startedMs: tally.startedMs,
    steady: flow.steady,
    burst: flow.burst,
    rows: tally.rows(),
    pages: read,
    ...(tally.twice === undefined ? {} : { twice: tally.twice }),
    ...(tally.glued === 0 ? {} : { glued: tally.glued }),
    ...(error === undefined ? {} : { error }),
  })
  if (error !== undefined) journal.append({ kind: 'source-error', source: 'loki', experiment: null, message: error })
}

async function countTraces(log: LogSpec, withinMs: number, ids: string[], ports: Ports, options: DrillOptions): Promise<void> {
  const { clock, journal, jaeger } = ports
  const deadline = clock.now() + withinMs
  let missing = ids
  let error: string | undefined
  while (missing.length > 0) {
    try {
      const found = new Set<string>()
      for (let from = 0; from < missing.length; from += IDS_PER_QUESTION)
        for (const id of await jaeger.known(missing.slice(from, from + IDS_PER_QUESTION))) found.add(id)
      missing = missing.filter((id) => !found.has(id))
      error = undefined
    } catch (trouble) {
      error = messageOf(trouble)
    }
    if (missing.length === 0 || clock.now() >= deadline) break
    await clock.sleep(TRACES_POLL_MS, options.signal)
  }
  const shown = missing.slice(0, SHOWN_MISSING)
  const missingSampled = shown.length === 0 ? undefined : await sampledByLines(log, shown, ports)
  journal.append({
    kind: 'trace-flow',
    spec: log.service,
    service: log.request.service,
    sent: ids.length,
    found: ids.length - missing.length,
    missing: shown,
    ...(missingSampled === undefined ? {} : { missingSampled }),
    foundMs: clock.now(),
    ...(error === undefined ? {} : { error }),
  })
  if (error !== undefined) journal.append({ kind: 'source-error', source: 'jaeger', experiment: null, message: error })
}

/** What the service that takes the requests says itself of their sampling; undefined when its lines do not say or cannot be read. */
async function sampledByLines(log: LogSpec, ids: string[], { clock, loki }: Ports): Promise<boolean | undefined> {
  const { request, maxDelayMs } = log
  const own = request.service === log.service ? selectorOf(log) : `{${labelOf(log).name}=${JSON.stringify(request.service)}}`
  const query = `${own} |~ ${JSON.stringify(ids.join('|'))}`
  return loki.queryRange(query, clock.now() - 60_000 - 2 * maxDelayMs, clock.now(), LINES_OF_MISSING).then(allSampled, () => undefined)
}

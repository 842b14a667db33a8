import type { JournalEntry, OutageRow } from '../../model/journal.ts'
import type { Link, OutageSpec } from '../../model/spec.ts'
import type { Presence } from './faults-in-force.ts'
import type { RunRecord } from '../record/recorder.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

export interface OutageEvidence {
  entry: Entry<'outage'>
  /** While the part was harmed, ms since the outage's begin, in order; empty when the target does not allow the fault. */
  away: Presence[]
  /** Why the target does not allow it. */
  refused: string | undefined
  pointers: number[]
  /** Whether Prometheus found the collector down meanwhile; undefined where it is not scraped. */
  collectorDown: boolean | undefined
  /** The longest that the drill itself stood still meanwhile. */
  stalledMs: number
}

/** Undefined when the faults or the requests were not recorded. */
export function outageOf(run: RunRecord, spec: OutageSpec): OutageEvidence | undefined {
  const entry = run.outages.findLast((each) => each.outage === spec.id)
  if (entry === undefined) return undefined
  // An experiment that was tried again, or an earlier attempt of the outage itself, harmed at another time.
  const faults = run.faults.filter(
    (fault) => fault.experiment === (spec.during ?? spec.id) && fault.startedMs >= entry.startedMs && fault.startedMs <= entry.atMs,
  )
  const refused = faults.find((fault) => fault.refused === true)
  const away: Presence[] = []
  for (const [index, fault] of faults.entries()) {
    if (fault.phase !== 'inject' || !fault.ok) continue
    const undo = faults.slice(index).find((other) => other.phase === 'undo')
    const since = (ms: number | undefined): number => (ms ?? Infinity) - entry.startedMs
    away.push({
      onFromMs: since(fault.startedMs),
      onByMs: since(fault.effectiveMs),
      offFromMs: since(undo?.startedMs),
      offByMs: since(undo?.effectiveMs),
    })
  }
  return {
    entry,
    away,
    refused: refused?.detail,
    pointers: [entry.seq, ...faults.map(({ seq }) => seq)],
    collectorDown: collectorDown(run, entry, away),
    stalledMs: stalledMs(run, entry),
  }
}

function collectorDown(run: RunRecord, { startedMs }: Entry<'outage'>, away: readonly Presence[]): boolean | undefined {
  // Its own counters say which job it is.
  const job = run.health.find(({ metric }) => metric.startsWith('otelcol_'))?.column.labels['job']
  const scrapes = run.scrapes.filter((scrape) => scrape.job === job)
  if (job === undefined || scrapes.length === 0) return undefined
  return scrapes.some(({ timesMs, up }) =>
    timesMs.some(
      (ms, index) => up[index] === 0 && away.some(({ onFromMs, offByMs }) => ms - startedMs >= onFromMs && ms - startedMs <= offByMs),
    ),
  )
}

function stalledMs(run: RunRecord, { startedMs, atMs }: Entry<'outage'>): number {
  const stalls = run.health.filter(({ metric }) => metric === 'firedrill_stall_seconds')
  return Math.max(
    0,
    ...stalls.flatMap(({ column }) =>
      column.values
        .filter((_, index) => (column.timesMs[index] ?? 0) >= startedMs && (column.timesMs[index] ?? 0) <= atMs)
        .map((seconds) => seconds * 1000),
    ),
  )
}

export type Signal = 'spans' | 'lines'

/** When the span or line of a request was first seen, ms since the begin; -1: never. */
export function seenMs([, , , spanMs, lineMs]: OutageRow, signal: Signal): number {
  return signal === 'spans' ? spanMs : lineMs
}

/** The stores are asked so often (verify/run/signals/run-outage.ts). */
const LOOK_MS = 500

/** The longest a signal took before anything was harmed. */
function usualDelayMs({ entry, away }: OutageEvidence, signal: Signal): number {
  const firstMs = away[0]?.onFromMs ?? 0
  return (
    Math.max(
      0,
      ...entry.rows.filter((row) => seenMs(row, signal) !== -1 && seenMs(row, signal) < firstMs).map((row) => seenMs(row, signal) - row[0]),
    ) + LOOK_MS
  )
}

/** Of so large a share of what should have come meanwhile nothing came: then the way was interrupted. */
const INTERRUPTED = 0.8

/** Whether the signal failed to come while the part was harmed; undefined when none was due in that time. */
function interrupted(outage: OutageEvidence, signal: Signal): boolean | undefined {
  const delayMs = usualDelayMs(outage, signal) * 1.5
  const due = outage.entry.rows.flatMap((row) => {
    const away = outage.away.find(({ onByMs, offFromMs }) => row[0] >= onByMs && row[0] + delayMs < offFromMs)
    return away === undefined || row[2] === 0 ? [] : [seenMs(row, signal) === -1 || seenMs(row, signal) >= away.offFromMs]
  })
  return due.length === 0 ? undefined : due.filter(Boolean).length >= INTERRUPTED * due.length
}

/** Which part is away, inferred from what came and what did not, and without knowing what was harmed; null: nothing looks broken. */
export function brokenPart(spec: OutageSpec, outage: OutageEvidence): { link: Link; because: string } | null {
  const meanwhile = ([sentMs]: OutageRow): boolean => outage.away.some(({ onByMs, offFromMs }) => sentMs >= onByMs && sentMs < offFromMs)
  const asked = outage.entry.rows.filter(meanwhile)
  const unanswered = asked.filter(([, , status]) => status === 0).length
  if (asked.length > 0 && unanswered >= asked.length / 2)
    return { link: 'service', because: `${unanswered} of ${asked.length} requests not answered` }
  const silent = (store: 'jaeger' | 'loki'): number =>
    outage.entry.stores[store]?.failedMs.filter((ms) => outage.away.some(({ onFromMs, offByMs }) => ms >= onFromMs && ms <= offByMs))
      .length ?? 0
  if (spec.spans !== undefined && interrupted(outage, 'spans') === true) {
    if (silent('jaeger') > 0)
      return {
        link: 'trace-store',
        because: `${silent('jaeger')} queries without an answer, last ${outage.entry.stores.jaeger?.lastError ?? ''}`,
      }
    if (outage.collectorDown === true) return { link: 'collector', because: 'no span arrived and its scrape target is down' }
    if (outage.collectorDown === false)
      return { link: 'exporter', because: 'no span arrived, the collector is up and the trace store answers, so the service cannot export' }
    return null
  }
  if (spec.lines !== undefined && interrupted(outage, 'lines') === true) {
    if (silent('loki') > 0)
      return {
        link: 'log-store',
        because: `${silent('loki')} queries without an answer, last ${outage.entry.stores.loki?.lastError ?? ''}`,
      }
    return { link: 'log-collector', because: 'no line arrived, the service and the log store answer' }
  }
  return null
}

/** Requests whose signal never came, and those of them that the specification does not allow to be lost. */
export interface Losses {
  lost: OutageRow[]
  forbidden: OutageRow[]
  answered: OutageRow[]
  recoveredMs: number | null
}

export function lossesOf(spec: OutageSpec, outage: OutageEvidence, signal: Signal): Losses {
  const answered = outage.entry.rows.filter(([, , status]) => status !== 0)
  // A line counts where it is in the end: what was there before and is no more was lost by the store. A span that was seen is in evidence
  // for ever.
  const arrived = (row: OutageRow): boolean => (signal === 'lines' ? row[5] > 0 : seenMs(row, signal) !== -1)
  const lost = answered.filter((row) => !arrived(row))
  const lastAway = outage.away.at(-1)
  const marginMs = usualDelayMs(outage, signal)
  /** The first request after an undo whose signal came: from then on nothing may be lost. */
  const recoveredAt = ({ offByMs }: Presence): number => answered.find((row) => row[0] >= offByMs && arrived(row))?.[0] ?? Infinity
  const allowed = ([sentMs]: OutageRow): boolean =>
    outage.away.some((away) => {
      if (spec[signal] === 'may-be-lost') return sentMs >= away.onFromMs - marginMs && sentMs < recoveredAt(away)
      return spec[signal] === 'kept-from-then-on' && sentMs >= away.onFromMs - marginMs && sentMs <= away.onByMs
    })
  const recovered = lastAway === undefined ? Infinity : recoveredAt(lastAway)
  return { lost, forbidden: lost.filter((row) => !allowed(row)), answered, recoveredMs: Number.isFinite(recovered) ? recovered : null }
}

import type { OutageRow } from '../../model/journal.ts'
import type { OutageSpec } from '../../model/spec.ts'
import type { Finding } from '../check.ts'
import { describeDelays } from '../../text/quantiles.ts'
import { clockTime, seconds } from '../../text/instant.ts'
import { brokenPart, lossesOf, seenMs } from './outage-evidence.ts'
import type { OutageEvidence, Signal } from './outage-evidence.ts'

const PROMISE = {
  'kept': 'every one arrives in the end',
  'kept-from-then-on': 'every one arrives in the end, but for what the harmed part had in its memory',
  'may-be-lost': 'those sent meanwhile may be lost; all before and, once they pass again, all after arrive',
} as const

/** What such a drill saw too late, or sent too late, says nothing about the system. */
const STALL_MS = 1_000

/** A failure stays one only where the drill itself was there to see. */
export function unlessStalled(finding: Finding, { stalledMs }: OutageEvidence): Finding {
  if (finding.status !== 'fail' || stalledMs < STALL_MS) return finding
  return {
    ...finding,
    status: 'unknown',
    cause: 'verifier-stalled',
    observed: `${finding.observed}; but the drill itself stood still for ${seconds(stalledMs)} meanwhile`,
  }
}

/** What became of the spans or the lines, counted and named. */
export function survival(spec: OutageSpec, outage: OutageEvidence, signal: Signal): Finding {
  return unlessStalled(survived(spec, outage, signal), outage)
}

function survived(spec: OutageSpec, outage: OutageEvidence, signal: Signal): Finding {
  const fate = spec[signal]
  const expected =
    fate === undefined ? `nothing is promised of the ${signal}` : `${signal} of ${spec.ratePerS} requests a second, ${PROMISE[fate]}`
  const { pointers } = outage
  if (fate === undefined) return { status: 'skipped', expected, observed: 'not looked at', pointers: [] }
  if (outage.refused !== undefined)
    return { status: 'skipped', expected, observed: `the target does not allow it: ${outage.refused}`, pointers }
  if (outage.entry.error !== undefined)
    return { status: 'unknown', cause: 'source-unreachable', expected, observed: outage.entry.error, pointers }
  const store = signal === 'spans' ? 'jaeger' : 'loki'
  if ((outage.entry.stores[store]?.asked ?? 0) === 0)
    return { status: 'unknown', cause: 'evidence-missing', expected, observed: `the store of ${signal} was never asked`, pointers }
  const { lost, forbidden, answered, recoveredMs } = lossesOf(spec, outage, signal)
  if (answered.length === 0)
    return {
      status: 'unknown',
      cause: 'not-injected',
      expected,
      observed: `none of ${outage.entry.rows.length} requests was answered`,
      pointers,
    }

  const copies = signal === 'lines' ? answered.reduce((sum, row) => sum + Math.max(0, row[5] - 1), 0) : 0
  const stretch = (rows: readonly (readonly number[])[]): string =>
    `sent from ${clockTime(outage.entry.startedMs + (rows[0]?.[0] ?? 0))} to ${clockTime(outage.entry.startedMs + (rows.at(-1)?.[0] ?? 0))}`
  const delays = answered.flatMap((row) => (seenMs(row, signal) === -1 ? [] : [seenMs(row, signal) - row[0]]))
  const observed = [
    `of ${answered.length} ${signal} ${lost.length === 0 ? 'none was lost' : `${lost.length} lost, ${stretch(lost)}`}`,
    ...(copies > 0 ? [`${copies} duplicated`] : []),
    `delay ${describeDelays(delays)}`,
  ].join('; ')
  if (recoveredMs === null)
    return {
      status: 'fail',
      expected,
      observed: `${observed}; none sent after the undo arrived`,
      pointers,
      diagnosis: `${named(spec, outage)} It did not recover by itself in ${seconds(spec.recoversWithinMs)}: look at how it reconnects.${fate === 'may-be-lost' ? '' : ` ${WHERE_KEPT[signal]}`}`,
    }
  if (forbidden.length > 0)
    return {
      status: 'fail',
      expected,
      observed: `${observed}; ${forbidden.length} of them may not be lost (${stretch(forbidden)})`,
      pointers,
      diagnosis: `${named(spec, outage)} ${forgotten(forbidden, signal) ?? WHERE_KEPT[signal]}`,
    }
  return { status: 'pass', expected, observed, pointers }
}

const WHERE_KEPT = {
  spans:
    "Look at what keeps spans until they are taken: the retry and batch queue of the agents, sending_queue and retry_on_failure of the collector's exporter.",
  lines:
    'Look at what keeps lines until they are taken: positions and back-off (max_retries) of the log collector, rotation of the files, the write-ahead log of the store.',
} as const

/** Lines that were shown once are lost by the store, whatever brought them. */
function forgotten(rows: readonly OutageRow[], signal: Signal): string | undefined {
  const count = signal === 'lines' ? rows.filter((row) => seenMs(row, signal) !== -1).length : 0
  if (count === 0) return undefined
  // https://github.com/grafana/loki/pull/14848
  return `${count} of them had been in the store: it lost what it had taken. Look at its write-ahead log (wal: enabled, dir on a disk that stays); Loki before 3.3 that is restarted twice without a checkpoint between drops what came after the first restart: wal.checkpoint_duration.`
}

function named(spec: OutageSpec, outage: OutageEvidence): string {
  const part = brokenPart(spec, outage)
  return part === null ? 'Meanwhile no part of the way looked broken.' : `The part that was away: ${part.link} (${part.because}).`
}

import type { OutageRow } from '../../model/journal.ts'
import type { OutageSpec } from '../../model/spec.ts'
import type { Finding } from '../drill-check.ts'
import { describeDelays } from '../../text/quantiles.ts'
import { clockTime, seconds } from '../../text/instant.ts'
import { brokenPart, lossesOf, seenMs } from './outage-evidence.ts'
import type { OutageEvidence, Signal } from './outage-evidence.ts'
import { fail, pass, skip, unknown } from '../finding.ts'

const PROMISE = {
  'kept': 'every one arrives',
  'kept-from-then-on': 'every one arrives but those in the memory of the stopped part',
  'may-be-lost': 'those sent during the outage may be lost, all others arrive',
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
    observed: `${finding.observed}; but the drill process stalled for ${seconds(stalledMs)} during the outage`,
  }
}

/** How many spans or lines arrived, and which are lost. */
export function survival(spec: OutageSpec, outage: OutageEvidence, signal: Signal): Finding {
  return unlessStalled(survived(spec, outage, signal), outage)
}

function survived(spec: OutageSpec, outage: OutageEvidence, signal: Signal): Finding {
  const fate = spec[signal]
  const expected =
    fate === undefined
      ? `the specification says nothing about ${signal} in this outage`
      : `${signal} of ${spec.ratePerS} requests a second, ${PROMISE[fate]}`
  const { pointers } = outage
  if (fate === undefined) return skip(expected, `${signal} not judged in this outage`)
  if (outage.refused !== undefined) return skip(expected, `the target does not allow the fault: ${outage.refused}`, pointers)
  if (outage.entry.error !== undefined) return unknown('source-unreachable', expected, outage.entry.error, pointers)
  const store = signal === 'spans' ? 'jaeger' : 'loki'
  if ((outage.entry.stores[store]?.asked ?? 0) === 0)
    return unknown('evidence-missing', expected, `the store of ${signal} was never queried`, pointers)
  const { lost, forbidden, answered, recoveredMs } = lossesOf(spec, outage, signal)
  if (answered.length === 0) return unknown('not-injected', expected, `0 of ${outage.entry.rows.length} requests answered`, pointers)

  const copies = signal === 'lines' ? answered.reduce((sum, row) => sum + Math.max(0, row[5] - 1), 0) : 0
  const stretch = (rows: readonly (readonly number[])[]): string =>
    `sent from ${clockTime(outage.entry.startedMs + (rows[0]?.[0] ?? 0))} to ${clockTime(outage.entry.startedMs + (rows.at(-1)?.[0] ?? 0))}`
  const delays = answered.flatMap((row) => (seenMs(row, signal) === -1 ? [] : [seenMs(row, signal) - row[0]]))
  const observed = [
    `${answered.length - lost.length} of ${answered.length} ${signal} arrived${lost.length === 0 ? ', 0 lost' : `, ${lost.length} lost, ${stretch(lost)}`}`,
    ...(copies > 0 ? [`${copies} duplicated`] : []),
    `delay ${describeDelays(delays)}`,
  ].join('; ')
  if (recoveredMs === null)
    return fail(expected, `${observed}; none of those sent after the undo arrived`, pointers, {
      diagnosis: `${named(spec, outage)} It did not recover within ${seconds(spec.recoversWithinMs)}: look at how it reconnects.${fate === 'may-be-lost' ? '' : ` ${WHERE_KEPT[signal]}`}`,
    })
  if (forbidden.length > 0)
    return fail(expected, `${observed}; ${forbidden.length} lost that must arrive (${stretch(forbidden)})`, pointers, {
      diagnosis: `${named(spec, outage)} ${forgotten(forbidden, signal) ?? WHERE_KEPT[signal]}`,
    })
  return pass(expected, observed, pointers)
}

const WHERE_KEPT = {
  spans: "Correct what keeps spans: sending_queue and retry_on_failure of the collector's exporter; retry and batch queue of the agents.",
  lines:
    'Correct what keeps lines until they are pushed: positions and max_retries of Promtail; storage and retry_on_failure of file_log. Besides: rotation of files, write-ahead log of the store.',
} as const

/** Lines that were shown once are lost by the store, not on their way. */
function forgotten(rows: readonly OutageRow[], signal: Signal): string | undefined {
  const count = signal === 'lines' ? rows.filter((row) => seenMs(row, signal) !== -1).length : 0
  if (count === 0) return undefined
  // https://github.com/grafana/loki/pull/14848
  return `${count} of them had been in the store and are gone. Look at its write-ahead log (wal: enabled, dir on a disk that stays). Loki before 3.3, restarted twice without a checkpoint between, drops what came after the first restart: lower wal.checkpoint_duration.`
}

function named(spec: OutageSpec, outage: OutageEvidence): string {
  const part = brokenPart(spec, outage)
  if (part === null) return 'No part looked broken during the outage.'
  // What was asked stands in what was observed.
  return `The part that was down: ${part.link} (${part.because.replace(/ \[[A-Z]+\] ".*?": /, ' ')}).`
}

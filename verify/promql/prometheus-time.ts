import type { JournalEntry } from '../model/journal.ts'

/** How far Prometheus' clock is ahead of the drill's, in seconds: what the journal calls the answer to the drill's own question. */
export const CLOCK_OFFSET = 'firedrill_clock_offset_seconds'

/** A difference this small is the question's own way. */
const NO_OFFSET_MS = 10

/** The newest answer in the journal so far, ms; 0 where it has none, or one that the question's own way explains. */
export function clockOffsetMs(entries: readonly JournalEntry[]): number {
  const entry = entries.findLast(({ kind, ...rest }) => kind === 'health' && 'metric' in rest && rest.metric === CLOCK_OFFSET)
  const series = entry?.kind === 'health' && Array.isArray(entry.series) ? entry.series : []
  return offsetOf(Number(series[0]?.values?.at(-1)?.[1]))
}

/** An answer in seconds as what clocks are moved by, ms. */
export function offsetOf(aheadS: number): number {
  const ms = Math.round(aheadS * 1_000)
  return Math.abs(ms) > NO_OFFSET_MS ? ms : 0
}

/**
 * An entry with what the drill timed by its own clock moved to Prometheus': legs, causes and messages are compared with samples to the
 * millisecond. Samples, traces and log lines have the clocks of those that wrote them, and stay.
 */
export function inPrometheusTime<E extends JournalEntry>(entry: E, offsetMs: number): E {
  if (offsetMs === 0) return entry
  const moved = { ...entry, atMs: entry.atMs + offsetMs }
  const later = (name: string): void => {
    const own = moved as Record<string, unknown>
    own[name] = Number(own[name]) + offsetMs
  }
  if (entry.kind === 'header') later('zeroMs')
  if (entry.kind === 'notification') later('arrivedMs')
  if (entry.kind === 'fault') for (const name of ['startedMs', 'effectiveMs']) later(name)
  if (entry.kind === 'delivery-probe') for (const name of ['startedMs', 'doneMs']) later(name)
  if (entry.kind === 'answers' || entry.kind === 'outage') later('startedMs')
  return moved
}

/** Test code: what the machine kept parts waiting for a CPU, as a drill records it. */
import type { JournalBody } from '../../verify/model/journal.ts'

export type CpuWaits = Extract<JournalBody, { kind: 'cpu-waits' }>

/** Seconds from `fromMs` on, in each of which these parts waited so long (ms) while outsiders used that share of the machine. */
export function waits(fromMs: number, count: number, parts: Record<string, number>, others = 1): CpuWaits {
  const seconds = Array.from({ length: count }, (_, at): CpuWaits['seconds'][number] => [
    fromMs + at * 1_000,
    fromMs + (at + 1) * 1_000,
    others,
    1,
  ])
  return {
    kind: 'cpu-waits',
    seconds,
    waits: Object.fromEntries(Object.entries(parts).map(([part, ms]) => [part, seconds.map((_, at): [number, number] => [at, ms])])),
  }
}

import type { RunRecord } from './recorder.ts'

/**
 * How long the drill's own process stood still within [fromMs, untilMs], ms: what it saw arrive at the end may have been there that much
 * earlier. A sample has the length of a stall at its end (verify/run/stalled-clock.ts).
 */
export function stalledWithin(health: RunRecord['health'], fromMs: number, untilMs: number): number {
  const stalls = health.filter(({ metric }) => metric === 'firedrill_stall_seconds')
  let sum = 0
  for (const { column } of stalls)
    for (const [index, endMs] of column.timesMs.entries())
      sum += Math.max(0, Math.min(endMs, untilMs) - Math.max(endMs - (column.values[index] ?? 0) * 1_000, fromMs))
  return sum
}

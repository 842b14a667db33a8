import type { Ports } from './ports.ts'

/**
 * Notices when this process stood still, or its clock jumped, for more than half an evaluation interval: the times of actions are then not
 * what they seem. One sample of firedrill_stall_seconds a stall, at its end. Resolves when `signal` is aborted.
 */
export async function recordStalls(
  { clock, journal }: Pick<Ports, 'clock' | 'journal'>,
  evaluationIntervalMs: number,
  signal: AbortSignal,
): Promise<void> {
  const tickMs = evaluationIntervalMs / 4
  while (!signal.aborted) {
    const before = clock.now()
    try {
      await clock.sleep(tickMs, signal)
    } catch {
      return
    }
    const now = clock.now()
    const stallMs = Math.abs(now - before - tickMs)
    if (stallMs > evaluationIntervalMs / 2)
      journal.append({
        kind: 'health',
        metric: 'firedrill_stall_seconds',
        series: [{ metric: {}, values: [[now / 1000, String(stallMs / 1000)]] }],
      })
  }
}

import type { FlowRow } from '../../model/journal.ts'

/** A line may be written a moment after its answer was sent, by another thread. */
const LATE_LINE_MS = 100

/**
 * Lines stored before one whose request was over when theirs had not yet been sent. Requests that were on their way at the same time have
 * no order. By two walks through sorted rows: linear but for the sorting.
 */
export function outOfOrder(rows: readonly FlowRow[]): number {
  const stored = rows.filter(([, , , storedMs, , copies]) => copies > 0 && storedMs !== -1)
  const bySent = stored.toSorted(([a], [b]) => a - b)
  const byAnswered = stored.toSorted(([, a], [, b]) => a - b)
  let over = 0
  let latestMs = -Infinity
  let count = 0
  for (const [sentMs, , , storedMs] of bySent) {
    for (let row = byAnswered[over]; row !== undefined && row[1] < sentMs; row = byAnswered[over]) {
      latestMs = Math.max(latestMs, row[3])
      over += 1
    }
    if (storedMs < latestMs - LATE_LINE_MS) count += 1
  }
  return count
}

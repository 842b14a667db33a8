/** Schedules tried at most, and steps of all of them together: under half a second of CPU for 200 tasks that all exclude one another. */
const MOST_TRIALS = 2_000
const STEP_BUDGET = 80_000_000

/**
 * A schedule of many tasks: whenever something ends, each task that may begin then does, in an order of priority (list scheduling). No task
 * idles while nothing is in its way, so the last one waited at most for those that exclude it. Where each task belongs to at most k
 * sets whose members all exclude one another for their whole length, no such schedule is longer than k times the shortest (Garey and
 * Graham, Bounds for multiprocessor scheduling with resource constraints, SIAM J. Comput. 4, 1975). Of many orders the best is kept:
 * those of the longest and of the most hindered first, then each with what the schedule ends with moved to the front.
 */
export function listSchedule(durations: readonly number[], separation: readonly number[][], boundMs: number): number[] {
  const ids = durations.map((_, i) => i)
  const durationOf = (i: number): number => durations[i] ?? 0
  const hindered = ids.map((i) => durationOf(i) + sum(ids.map((j) => Math.max(0, separation[j]?.[i] ?? -1))))
  const orders = [hindered, durations].map((weights) => [...ids].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b))
  const endOf = (starts: readonly number[]): number => Math.max(...starts.map((start, i) => start + durationOf(i)))
  let best: number[] | undefined
  let bestMs = Number.POSITIVE_INFINITY
  let left = Math.min(MOST_TRIALS, Math.ceil(STEP_BUDGET / Math.max(1, ids.length * ids.length)))
  for (const first of orders) {
    let order = first
    // Twice as many as there are tasks without a better one: the same ends come round again.
    for (let idle = 0; idle <= 2 * ids.length && left > 0 && bestMs > boundMs; left -= 1) {
      const starts = inOrder(order, separation)
      const end = endOf(starts)
      idle = end < bestMs ? 0 : idle + 1
      if (end < bestMs) [best, bestMs] = [starts, end]
      const last = ids.reduce(
        (latest, i) => ((starts[i] ?? 0) + durationOf(i) >= (starts[latest] ?? 0) + durationOf(latest) ? i : latest),
        0,
      )
      order = [last, ...order.filter((i) => i !== last)]
    }
  }
  return best ?? ids.map(() => 0)
}

/** Each task as soon as those that began before it let it, the first in the order first. */
export function inOrder(order: readonly number[], separation: readonly number[][]): number[] {
  const earliest = order.map(() => 0)
  const starts = new Array<number>(order.length).fill(0)
  let waiting = [...order]
  while (waiting.length > 0) {
    const nowMs = Math.min(...waiting.map((i) => earliest[i] ?? 0))
    const still: number[] = []
    for (const i of waiting) {
      if ((earliest[i] ?? 0) > nowMs) {
        still.push(i)
        continue
      }
      starts[i] = nowMs
      const gaps = separation[i] ?? []
      for (const j of waiting) {
        const gap = gaps[j] ?? -1
        if (gap >= 0) earliest[j] = Math.max(earliest[j] ?? 0, nowMs + gap)
      }
    }
    waiting = still
  }
  return starts
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

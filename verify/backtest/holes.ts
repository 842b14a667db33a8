/** Times in which the state of alerts cannot be followed: the server was down, or nothing shows that it was up. */
export interface Hole {
  fromMs: number
  toMs: number
  /** The server began anew: alert states were lost or restored, and ALERTS is not written before the third evaluation. */
  restart: boolean
}

/** A scrape is missing after so many intervals. */
const MISSING = 2.5

/**
 * Holes of [fromMs, untilMs] by the server's own scrapes of itself: process_start_time_seconds, raw. Nothing is known where it was not
 * scraped.
 */
export function holesOf(
  { timesMs, values }: { timesMs: readonly number[]; values: readonly number[] },
  fromMs: number,
  untilMs: number,
): Hole[] {
  if (timesMs.length < 2) return [{ fromMs, toMs: untilMs, restart: false }]
  const distances = timesMs.slice(1).map((t, index) => t - (timesMs[index] ?? 0))
  const usual = distances.toSorted((a, b) => a - b)[distances.length >>> 1] ?? 0
  const holes: Hole[] = []
  const [first = fromMs, last = untilMs] = [timesMs[0], timesMs.at(-1)]
  if (first - fromMs > MISSING * usual) holes.push({ fromMs, toMs: first, restart: false })
  for (const [index, distance] of distances.entries()) {
    const restart = values[index] !== values[index + 1]
    if (restart || distance > MISSING * usual) holes.push({ fromMs: timesMs[index] ?? 0, toMs: timesMs[index + 1] ?? 0, restart })
  }
  if (untilMs - last > MISSING * usual) holes.push({ fromMs: last, toMs: untilMs, restart: false })
  return holes
}

/** ALERTS comes with the third evaluation after a start: rules/group.go, `run` restores after the second. */
const UNWRITTEN = 3

/** What is left of [startMs, endMs] between the holes, on the grid: each part is judged by itself. */
export function partsBetween(
  holes: readonly Hole[],
  grid: { startMs: number; endMs: number; stepMs: number },
): { fromMs: number; toMs: number }[] {
  const { startMs, endMs, stepMs } = grid
  const up = (t: number): number => startMs + Math.ceil((t - startMs) / stepMs) * stepMs
  const down = (t: number): number => startMs + Math.floor((t - startMs) / stepMs) * stepMs
  const parts: { fromMs: number; toMs: number }[] = []
  let from = startMs
  for (const hole of holes.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const to = Math.min(endMs, down(hole.fromMs))
    if (to >= from) parts.push({ fromMs: from, toMs: to })
    from = Math.max(from, up(hole.toMs + (hole.restart ? UNWRITTEN * stepMs : 1)))
  }
  if (from <= endMs) parts.push({ fromMs: from, toMs: endMs })
  return parts
}

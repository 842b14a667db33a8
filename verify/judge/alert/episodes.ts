import type { AlertHistory } from '../record/recorder.ts'

/** A stretch in which one alert instance was active without a break: one activeAt, at most one startsAt. */
export interface Episode {
  activeAtMs: number
  /** First firing sample = startsAt (FiredAt); null when it never fired. */
  firingAtMs: number | null
  /** Last sample seen. */
  lastMs: number
  /** First evaluation without the alert: the resolve, or the silent end of pending. null: still active when the recording ended. */
  endedMs: number | null
  /** Sample instants that are missing inside the stretch (whole slots). */
  gaps: number
}

/**
 * ALERTS samples -> episodes. `stepMs` is the group's evaluation interval, `untilMs` the end of the recording.
 * A hole in the samples belongs to the episode when ALERTS_FOR_STATE is the same on both sides: an alert that had really gone away would
 * have come back
 * with a new activeAt. Without ALERTS_FOR_STATE a hole of one slot is taken for a skipped evaluation.
 */
export function episodesOf(history: AlertHistory, stepMs: number, untilMs: number): Episode[] {
  const episodes: Episode[] = []
  let current: Episode | undefined
  let currentActiveAtS = NaN
  history.timesMs.forEach((timeMs, index) => {
    const state = history.states[index]
    const activeAtS = history.activeAtS[index] ?? NaN
    if (current !== undefined) {
      const hole = Math.round((timeMs - current.lastMs) / stepMs) - 1
      const known = !Number.isNaN(activeAtS) && !Number.isNaN(currentActiveAtS)
      // firing -> pending is always a new episode: the state machine knows no way back.
      const backwards = current.firingAtMs !== null && state === 'pending'
      const same = !backwards && (known ? activeAtS === currentActiveAtS : hole <= 1)
      if (!same) {
        current.endedMs = current.lastMs + stepMs
        episodes.push(current)
        current = undefined
      } else {
        current.gaps += Math.max(0, hole)
      }
    }
    if (current === undefined) {
      current = { activeAtMs: timeMs, firingAtMs: null, lastMs: timeMs, endedMs: null, gaps: 0 }
      currentActiveAtS = activeAtS
    }
    current.lastMs = timeMs
    if (state === 'firing') current.firingAtMs ??= timeMs
  })
  if (current !== undefined) {
    if (current.lastMs + stepMs < untilMs) current.endedMs = current.lastMs + stepMs
    episodes.push(current)
  }
  return episodes
}

/** Index of the last element <= value in ascending numbers, -1 when there is none. */
export function lastAtOrBefore(times: readonly number[], value: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] ?? Infinity) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}

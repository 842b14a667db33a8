import type { Labels } from '../model/spec.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import { lastAtOrBefore } from '../judge/alert/episodes.ts'
import { alertLabels } from '../judge/alert/replay.ts'
import type { AlertHistory } from '../judge/record/recorder.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import type { Candidate } from './candidate.ts'
import type { Track } from './chunks.ts'

/** A time in which something of a rule was active, or should have been, with quiet evaluations around it. */
export interface Stretch {
  fromMs: number
  toMs: number
  /** It begins where its part begins: what was active there has a history that is not here. */
  atBegin: boolean
}

/** Quiet evaluations on each side of a stretch; with fewer between two they are one. */
const QUIET = 2

/** The stretches of a part of the grid. Between them the condition never held and ALERTS has nothing: nothing is to be compared there. */
export function stretchesOf(
  part: { fromMs: number; toMs: number },
  stepMs: number,
  keepFiringForMs: number,
  tracks: readonly Track[],
  histories: readonly AlertHistory[],
): Stretch[] {
  const up = (t: number): number => part.fromMs + Math.ceil((t - part.fromMs) / stepMs) * stepMs
  const down = (t: number): number => part.fromMs + Math.floor((t - part.fromMs) / stepMs) * stepMs
  const active = [...tracks.flatMap((track) => runsOf(track.timesMs, stepMs)), ...histories.flatMap((history) => lives(history, stepMs))]
    .filter(([from, to]) => to >= part.fromMs && from <= part.toMs)
    .sort(([a], [b]) => a - b)
  const stretches: Stretch[] = []
  for (const [from, to] of active) {
    const fromMs = Math.max(part.fromMs, down(from) - QUIET * stepMs)
    const toMs = Math.min(part.toMs, up(to) + QUIET * stepMs + keepFiringForMs)
    const last = stretches.at(-1)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, down(toMs))
    else stretches.push({ fromMs, toMs: down(toMs), atBegin: fromMs === part.fromMs })
  }
  return stretches
}

function runsOf(timesMs: readonly number[], stepMs: number): [number, number][] {
  const runs: [number, number][] = []
  for (const t of timesMs) {
    const last = runs.at(-1)
    if (last !== undefined && t - last[1] <= stepMs) last[1] = t
    else runs.push([t, t])
  }
  return runs
}

/** Times in which an alert instance was active: a hole with the same activeAt on both sides is none. */
function lives({ timesMs, activeAtS }: AlertHistory, stepMs: number): [number, number][] {
  const runs: [number, number][] = []
  timesMs.forEach((t, index) => {
    const last = runs.at(-1)
    if (last !== undefined && (t - last[1] <= stepMs || activeAtS[index] === activeAtS[index - 1])) last[1] = t
    else runs.push([t, t])
  })
  return runs
}

export function cutTrack({ labels, timesMs, values }: Track, fromMs: number, toMs: number): Track {
  const [first, end] = [lastAtOrBefore(timesMs, fromMs - 1) + 1, lastAtOrBefore(timesMs, toMs) + 1]
  return { labels, timesMs: timesMs.slice(first, end), values: values.slice(first, end) }
}

export function cutHistory(history: AlertHistory, fromMs: number, toMs: number): AlertHistory {
  const { timesMs, states, activeAtS } = history
  const [first, end] = [lastAtOrBefore(timesMs, fromMs - 1) + 1, lastAtOrBefore(timesMs, toMs) + 1]
  return { ...history, timesMs: timesMs.slice(first, end), states: states.slice(first, end), activeAtS: activeAtS.slice(first, end) }
}

/** The labels of the alert that a row of a rule's expression becomes. */
export function labelsOfAlert({ alert, labels }: Pick<Candidate, 'alert' | 'labels'>, row: Labels): Labels {
  return alertLabels({ alert, labels } as PlannedExperiment, row)
}

/** After a start ALERTS is written from the third evaluation on, and the server's first scrape of itself may be before them. */
const WRITTEN_WITHIN = 4
/** Longer ago an alert is not followed back. */
const LONGEST_BACK = 200_000

export interface Begun {
  startMs: number
  tracks: Track[]
  histories: AlertHistory[]
  /** Label sets that are not judged before their first quiet evaluation, for what happened before is not known. */
  unjudged: number
}

/**
 * A stretch at the begin of its part, with what must have been before it: an alert that was active there had the activeAt that
 * ALERTS_FOR_STATE says, and its condition held since; all else was quiet.
 */
export function withBegin(
  rule: Pick<Candidate, 'alert' | 'labels' | 'forMs' | 'keepFiringForMs'>,
  { fromMs, toMs }: Stretch,
  stepMs: number,
  given: { tracks: readonly Track[]; histories: readonly AlertHistory[] },
): Begun {
  const tracks = new Map(given.tracks.map((track) => [labelKey(labelsOfAlert(rule, track.labels)), track]))
  const histories: AlertHistory[] = []
  let startMs = fromMs - stepMs
  let unjudged = 0
  for (const history of given.histories) {
    const key = labelKey(history.labels)
    const activeAtS = history.activeAtS[0] ?? NaN
    const firstMs = history.timesMs[0]
    const isOlder = firstMs !== undefined && !(activeAtS >= Math.floor(fromMs / 1_000))
    if (!isOlder) {
      histories.push(history)
      continue
    }
    const track = tracks.get(key) ?? {
      labels: withoutLabels(history.labels, ['alertname', ...Object.keys(rule.labels)]),
      timesMs: [],
      values: [],
    }
    const beganMs = fromMs - Math.floor((fromMs - activeAtS * 1_000) / stepMs) * stepMs
    const known =
      (firstMs - fromMs) / stepMs <= WRITTEN_WITHIN &&
      Math.floor(beganMs / 1_000) === Math.floor(activeAtS) &&
      (fromMs - beganMs) / stepMs <= LONGEST_BACK &&
      !(rule.keepFiringForMs > 0 && track.timesMs[0] !== fromMs)
    if (known) {
      const before = Array.from({ length: Math.round((firstMs - beganMs) / stepMs) }, (_, index) => beganMs + index * stepMs)
      const after = cutTrack(track, firstMs, toMs)
      tracks.set(key, { ...track, timesMs: [...before, ...after.timesMs], values: [...before.map(() => NaN), ...after.values] })
      histories.push({
        ...history,
        timesMs: [...before, ...history.timesMs],
        states: [...before.map((t) => (t - beganMs >= rule.forMs ? ('firing' as const) : ('pending' as const))), ...history.states],
        activeAtS: [...before.map(() => activeAtS), ...history.activeAtS],
      })
      startMs = Math.min(startMs, beganMs - stepMs)
    } else {
      unjudged++
      const quietMs = firstQuiet(track, history, { fromMs, toMs, stepMs })
      tracks.set(key, cutTrack(track, quietMs, toMs))
      histories.push(cutHistory(history, quietMs, toMs))
    }
  }
  return { startMs, tracks: [...tracks.values()].filter(({ timesMs }) => timesMs.length > 0), histories, unjudged }
}

function firstQuiet(
  track: Track,
  history: AlertHistory,
  { fromMs, toMs, stepMs }: { fromMs: number; toMs: number; stepMs: number },
): number {
  const busy = new Set([...track.timesMs, ...history.timesMs])
  let t = fromMs
  while (t <= toMs && busy.has(t)) t += stepMs
  // A hole in what was written is no quiet evaluation.
  const again = history.timesMs.findIndex((time, index) => time > t && history.activeAtS[index] === history.activeAtS[0])
  return again === -1
    ? t
    : firstQuiet(track, cutHistory(history, history.timesMs[again] ?? t, toMs), { fromMs: history.timesMs[again] ?? t, toMs, stepMs })
}

import { deterministic } from '../judge/alert/oracle.ts'
import type { AlertTiming } from '../judge/alert/oracle.ts'
import { labelKey } from '../promql/labels.ts'
import type { Candidate } from './candidate.ts'
import type { Track } from './chunks.ts'
import type { Life } from './compare-stretch.ts'
import { cutTrack, labelsOfAlert, stretchesOf } from './active-stretches.ts'

/** What a rule would have done in these parts of the grid, by its samples alone: the state machine of the oracle, nothing excused. */
export function wouldHave(
  rule: Pick<Candidate, 'alert' | 'labels'>,
  timing: AlertTiming,
  tracks: readonly Track[],
  parts: readonly { fromMs: number; toMs: number }[],
  stepMs: number,
): Life[] {
  return parts.flatMap((part) =>
    tracks.flatMap((track) => {
      const labels = labelsOfAlert(rule, track.labels)
      return stretchesOf(part, stepMs, timing.keepFiringForMs, [track], []).flatMap(({ fromMs, toMs }) => {
        const holds = new Set(cutTrack(track, fromMs, toMs).timesMs)
        const count = Math.round((toMs - fromMs) / stepMs) + 1
        const instants = Array.from({ length: count }, (_, index) => ({
          atMs: fromMs + index * stepMs,
          holds: holds.has(fromMs + index * stepMs),
        }))
        return deterministic(instants, timing).map((episode): Life => ({ labels, ...episode }))
      })
    }),
  )
}

export function firings(lives: readonly Life[]): (Life & { startsAtMs: number })[] {
  return lives.filter((life): life is Life & { startsAtMs: number } => life.startsAtMs !== null).sort((a, b) => a.startsAtMs - b.startsAtMs)
}

/** Of the firings of now and of then: which have a counterpart of the same labels that is active at some of the same time. */
export function matched(now: readonly Life[], then: readonly Life[]): { kept: number; gone: Life[]; added: Life[] } {
  const [was, is] = [firings(now), firings(then)]
  const meets = (a: Life, b: Life): boolean =>
    labelKey(a.labels) === labelKey(b.labels) && a.activeAtMs < (b.endsAtMs ?? Infinity) && b.activeAtMs < (a.endsAtMs ?? Infinity)
  const gone = was.filter((life) => !is.some((other) => meets(life, other)))
  return { kept: was.length - gone.length, gone, added: is.filter((life) => !was.some((other) => meets(life, other))) }
}

/** Label sets that fired again within `withinMs` of their resolve, the most often first. */
export function flapping(lives: readonly Life[], withinMs: number): { labels: Life['labels']; firings: number; again: number }[] {
  const byLabels = new Map<string, (Life & { startsAtMs: number })[]>()
  for (const life of firings(lives)) byLabels.set(labelKey(life.labels), [...(byLabels.get(labelKey(life.labels)) ?? []), life])
  return [...byLabels.values()]
    .map((own) => ({
      labels: own[0]?.labels ?? {},
      firings: own.length,
      again: own.filter((life, index) => {
        const ended = own[index - 1]?.endsAtMs
        return ended !== undefined && ended !== null && life.startsAtMs - ended <= withinMs
      }).length,
    }))
    .filter(({ again }) => again > 0)
    .sort((a, b) => b.again - a.again)
}

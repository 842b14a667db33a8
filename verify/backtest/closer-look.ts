import { recordOf } from '../judge/record/recorder.ts'
import type { AlertHistory, ScrapeColumn } from '../judge/record/recorder.ts'
import type { JournalEntry, Series } from '../model/journal.ts'
import { formatLabels, labelKey } from '../promql/labels.ts'
import { rangesOf } from '../spec/promql.ts'
import type { Comparison } from '../spec/promql.ts'
import { labelsOfAlert } from './active-stretches.ts'
import type { Stretch } from './active-stretches.ts'
import type { Candidate } from './candidate.ts'
import { askRange, askRaw, Tracks } from './chunks.ts'
import type { Track } from './chunks.ts'
import type { Difference } from './compare-stretch.ts'
import type { History } from './history-port.ts'

/** Evaluations around a change that are looked at again, and how many changes and scrapes of a stretch. */
const AROUND = 3
const LOOKS = 200
/** A scrape is committed after it took its time, and a little later on a busy server. */
const COMMITTED_WITHIN_MS = 1_000

export interface CloserLook {
  scrapes: ScrapeColumn[]
  scrapeIntervalMs: number
  value?: Track[]
}

/**
 * The scrapes that were under way around each change of a stretch, the value there, and what the expression gives without each such scrape:
 * what an evaluation may have seen otherwise.
 */
export async function closerLook(
  history: History,
  rule: Candidate,
  stretch: Stretch,
  stepMs: number,
  given: {
    rows: readonly Track[]
    own: readonly AlertHistory[]
    differences: readonly Difference[]
    comparison: Comparison | undefined
  },
): Promise<CloserLook> {
  const windows = changesIn(stretch, stepMs, given).slice(0, LOOKS)
  const selector = originOf(given.differences)
  const entries: JournalEntry[] = []
  const value = new Tracks()
  for (const [from, to] of windows) {
    for (const metric of ['up', 'scrape_duration_seconds'])
      await askRaw(history, `${metric}${selector}`, from, to, (series) => {
        entries.push({ seq: 0, atMs: 0, kind: 'raw', experiment: null, query: metric, series })
      })
    if (given.comparison === undefined || rangesOf(rule.expr).length === 0) continue
    const { tracks } = await askRange(history, given.comparison.value, { startMs: from, endMs: to, stepMs })
    for (const { labels, timesMs, values } of tracks)
      value.add({ metric: labels, values: timesMs.map((t, index): Series['values'][number] => [t / 1_000, String(values[index])]) })
  }
  // Read once: each asking unpacks them.
  const scrapes = recordOf({ entries, problems: [] }).scrapes.map((column) => marked(column, new Set()))
  const decisive = await decisiveScrapes(history, rule, stretch, stepMs, windows, given.rows, scrapes)
  const tracks = value.all()
  return {
    scrapes: scrapes.map((scrape) => marked(scrape, decisive)),
    scrapeIntervalMs: usualInterval(scrapes),
    ...(tracks.length === 0 ? {} : { value: tracks }),
  }
}

/** The middle one of the distances between scrapes of one target. */
function usualInterval(scrapes: readonly ScrapeColumn[]): number {
  const distances = scrapes.flatMap(({ timesMs }) => timesMs.slice(1).map((t, index) => t - (timesMs[index] ?? 0)))
  return distances.toSorted((a, b) => a - b)[distances.length >>> 1] ?? 0
}

/** Times around changes, each from an evaluation to an evaluation. */
function changesIn(
  { fromMs, toMs }: Stretch,
  stepMs: number,
  { rows, own, differences }: { rows: readonly Track[]; own: readonly AlertHistory[]; differences: readonly Difference[] },
): [number, number][] {
  const changes = [...rows, ...own].flatMap(({ timesMs }) =>
    timesMs.flatMap((t, index) => [
      ...(t - (timesMs[index - 1] ?? -Infinity) > stepMs ? [t] : []),
      ...((timesMs[index + 1] ?? Infinity) - t > stepMs ? [t + stepMs] : []),
    ]),
  )
  const windows: [number, number][] = []
  const onGrid = (t: number): number => fromMs + Math.floor((t - fromMs) / stepMs) * stepMs
  for (const t of [...changes, ...differences.map(({ atMs }) => atMs)].filter((t) => t >= fromMs && t <= toMs).sort((a, b) => a - b)) {
    const [from, to] = [onGrid(t) - AROUND * stepMs, onGrid(t) + AROUND * stepMs]
    const last = windows.at(-1)
    if (last !== undefined && from <= last[1]) last[1] = to
    else windows.push([from, to])
  }
  return windows
}

/** Of targets that the alerts name, where all name the same. */
function originOf([first, ...more]: readonly Difference[]): string {
  const common = ['job', 'instance'].flatMap((name): [string, string][] => {
    const value = first?.labels[name]
    return value !== undefined && more.every(({ labels }) => labels[name] === value) ? [[name, value]] : []
  })
  return common.length === 0 ? '' : formatLabels(Object.fromEntries(common))
}

/** Begins of scrapes without which an evaluation during them has another answer: the expression a moment before each. */
async function decisiveScrapes(
  history: History,
  rule: Candidate,
  { fromMs }: Stretch,
  stepMs: number,
  windows: readonly [number, number][],
  rows: readonly Track[],
  scrapes: readonly ScrapeColumn[],
): Promise<Set<number>> {
  const held = new Map(rows.map((track) => [labelKey(labelsOfAlert(rule, track.labels)), new Set(track.timesMs)]))
  const under = new Map<number, number>()
  for (const { timesMs, durationsMs } of scrapes)
    timesMs.forEach((beganMs, index) => {
      const evaluationMs = fromMs + Math.ceil((beganMs - fromMs) / stepMs) * stepMs
      const isUnderWay = evaluationMs < beganMs + (durationsMs[index] ?? 0) + COMMITTED_WITHIN_MS
      if (isUnderWay && windows.some(([from, to]) => from <= evaluationMs && evaluationMs <= to)) under.set(beganMs, evaluationMs)
    })
  const decisive = new Set<number>()
  for (const [beganMs, evaluationMs] of [...under].slice(0, LOOKS)) {
    const { series } = await history.instant(rule.expr, beganMs - 1)
    const without = new Set(series.map(({ metric: { __name__: _, ...labels } }) => labelKey(labelsOfAlert(rule, labels))))
    const keys = new Set([...held.keys(), ...without])
    if ([...keys].some((key) => (held.get(key)?.has(evaluationMs) === true) !== without.has(key))) decisive.add(beganMs)
  }
  return decisive
}

/** The judge takes a scrape for decisive that found its target in another state than the one before: so these states differ. */
function marked({ job, instance, timesMs, durationsMs, up }: ScrapeColumn, decisive: ReadonlySet<number>): ScrapeColumn {
  let state = 0
  const states = up.map((own, index) => {
    if (index > 0 && (own !== up[index - 1] || decisive.has(timesMs[index] ?? 0))) state++
    return state
  })
  return { job, instance, timesMs, durationsMs, up: states }
}

import { historiesOf } from '../record/by-name.ts'
import type { LoadedGroup } from '../../model/journal.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Labels } from '../../model/spec.ts'
import { expandTemplate, hasLabels, labelKey, withoutLabels } from '../../promql/labels.ts'
import { replay } from './oracle.ts'
import type { Instant, Replayed } from './oracle.ts'
import type { AlertHistory, Column, Evaluated, RunRecord, ScrapeColumn } from '../record/recorder.ts'
import { lastAtOrBefore } from './episodes.ts'
import { remembered } from '../../text/remembered.ts'
import { groupsWith } from './rules-named.ts'

/**
 * scrape_duration_seconds ends before the samples are committed (scrape/scrape.go: the report is written, then Commit),
 * so a scrape counts as in flight a little longer. An excuse moves an outcome by one slot, never further.
 */
const COMMIT_SLACK_MS = 100

/** One label set of the rule: what the specification's expression says it must do, against what ALERTS says it did. */
export interface InstanceReplay {
  /** alertname, the series' labels and the rule's own. */
  labels: Labels
  isSubject: boolean
  /** ALERTS and the evaluated expression lie on the same grid, so that times can be compared to the millisecond. */
  exact: boolean
  result: Replayed
  history: AlertHistory | undefined
  /** Instants whose evaluation may be missing: an alert that ended there may have ended one slot later. */
  skippable: number[]
  pointers: number[]
}

interface Skippable {
  at: (atMs: number) => boolean
  count: number
}

/** Asked for by every attempt; a record does not change once it is judged. */
const skippableIn = remembered((health: RunRecord['health']) =>
  remembered((group: string | undefined) => remembered((stepMs: number) => readSkippable(health, group, stepMs))),
)

/** Instants at which a whole evaluation may be missing, by the server's own counters, and how many. */
function readSkippable(health: RunRecord['health'], group: string | undefined, stepMs: number): Skippable {
  const ranges: [number, number][] = []
  let count = 0
  for (const { metric, column } of health) {
    if (!/^prometheus_rule_(group_iterations_missed_total|evaluation_failures_total)$/.test(metric)) continue
    const named = column.labels['rule_group']
    // rule_group is "file;group".
    if (named !== undefined && group !== undefined && named.split(';').at(-1) !== group) continue
    const { timesMs, values } = column
    values.forEach((value, index) => {
      const before = values[index - 1]
      if (before === undefined || value <= before) return
      count += value - before
      // The counter moves when the next iteration starts late, and is seen at the server's next scrape of itself.
      ranges.push([(timesMs[index - 1] ?? 0) - 2 * stepMs, timesMs[index] ?? 0])
    })
  }
  return { at: (atMs) => ranges.some(([from, to]) => from <= atMs && atMs <= to), count }
}

/**
 * Replays every label set of an experiment's rule over [fromMs, untilMs], the experiment's own time. Label sets that are the subject of
 * `others`
 * (further experiments with the same rule) are left to those.
 */
export function replaysOf(
  run: RunRecord,
  experiment: PlannedExperiment,
  evaluated: Evaluated,
  group: string | undefined,
  time: { fromMs: number; untilMs: number },
  others: readonly PlannedExperiment[] = [],
): InstanceReplay[] {
  // The evaluation of the last slot may not have been committed when ALERTS was read.
  const whole = grid(evaluated).filter((t) => t >= time.fromMs && t <= Math.min(time.untilMs, evaluated.endMs - evaluated.stepMs))
  const condition = { ...evaluated, startMs: whole[0] ?? evaluated.startMs, endMs: whole.at(-1) ?? evaluated.startMs }
  const gridMs = whole
  const siblings = siblingAlerts(run, experiment.alert)
  const onGrid = (timeMs: number): boolean => (timeMs - condition.startMs) % condition.stepMs === 0
  const inTime = (t: number): boolean => t >= condition.startMs && t <= condition.endMs
  const within = (history: AlertHistory): number[] => history.timesMs.filter(inTime)
  const anySample = siblings.some((history) => history.timesMs.length > 0)
  const exact =
    anySample && siblings.every((history) => within(history).every(onGrid)) && siblings.some((history) => history.timesMs.some(onGrid))
  const evaluatedAt = new Set(siblings.flatMap(within))
  const skippable = skippableIn(run.health)(group)(condition.stepMs)
  const timing = { forMs: experiment.forMs, keepFiringForMs: experiment.keepFiringForMs }
  // A rate cannot come and go between two scrapes, and for `up` the scrapes themselves tell.
  const kind = run.header?.spec.rules.find((rule) => rule.alert === experiment.alert)?.condition.kind
  const blips = kind === 'gauge'
  const value = blips ? undefined : run.evaluated.get(`${experiment.id}\nvalue`)

  return pair(experiment, condition, historiesOf(run.alerts, experiment.alert))
    .filter(
      ({ labels }) =>
        hasLabels(labels, experiment.subject) ||
        !others.some((other) => other.alert === experiment.alert && hasLabels(labels, other.subject)),
    )
    .map(({ labels, series, history }) => {
      const seen = new Map(
        (history?.timesMs ?? []).flatMap((t, i) =>
          inTime(t) ? [[t, { state: history?.states[i] ?? 'pending', activeAtS: history?.activeAtS[i] ?? NaN }] as const] : [],
        ),
      )
      const holdsAt = new Set(series.flatMap((column) => column.timesMs))
      const inFlight = scrapesInFlight(run.scrapes, labels)
      const decidedByOneScrape = nearThreshold(experiment, value, labels, kind === 'rate' ? extrapolation(run, experiment) : 0)
      const bridged = history === undefined ? new Set<number>() : bridgedHoles(history, gridMs)
      const instants = gridMs.map((atMs): Instant => {
        const instant: Instant = { atMs, holds: holdsAt.has(atMs) }
        for (const scrape of inFlight(atMs)) {
          // Without this scrape the evaluation saw what was there when it began: as a rule, what the last instant before it saw.
          const beforeMs = gridMs[lastAtOrBefore(gridMs, scrape.beganMs - 1)]
          if (beforeMs === undefined) continue
          if (holdsAt.has(beforeMs) !== instant.holds) instant.either = !instant.holds
          else if (scrape.previousMs > beforeMs) {
            // A scrape between the two that found the target in another state: seen by the evaluation and by no instant of the grid.
            if (scrape.changed) instant.either = !instant.holds
            else if (blips) instant.unseen = true
          }
          // The window has moved on since that instant: without the newest scrape the value may be on the other side as well.
          if (instant.either === undefined && decidedByOneScrape(atMs)) instant.either = !instant.holds
        }
        if (bridged.has(atMs)) instant.skippable = 'bridged'
        else if (!evaluatedAt.has(atMs) && skippable.at(atMs)) instant.skippable = 'counted'
        return instant
      })
      const result = exact
        ? replay(instants, timing, (atMs) => seen.get(atMs), skippable.count)
        : inexact(instants, timing, condition.stepMs, within(history ?? EMPTY).length > 0)
      return {
        labels,
        isSubject: hasLabels(labels, experiment.subject),
        exact,
        result,
        history,
        skippable: instants.filter((instant) => instant.skippable !== undefined).map((instant) => instant.atMs),
        pointers: [condition.seq, ...(history?.seqs ?? run.alertsSeqs.slice(0, 1))],
      }
    })
}

/**
 * Whether the subject's ALERTS are, to the sample, what the specification's expression gives: then an odd time is the cause's, not the
 * rule's.
 */
export function conditionExplains(replays: readonly InstanceReplay[]): boolean {
  const own = replays.filter((replay) => replay.isSubject)
  return own.length > 0 && own.every((replay) => replay.exact && replay.result.mismatch === null)
}

/** How many evaluations may have been missed in (fromMs, toMs]. */
export function missedBetween(replays: readonly InstanceReplay[], fromMs: number, toMs: number): number {
  return Math.max(
    0,
    ...replays.filter((replay) => replay.isSubject).map((replay) => replay.skippable.filter((t) => t > fromMs && t <= toMs).length),
  )
}

/**
 * When an alert may have ended, seen from its first evaluation without a sample: no sample where the evaluation itself was missed leaves
 * open whether it ended
 * there or at the next one.
 */
export function possibleEndings(endedMs: number, replay: InstanceReplay | undefined, stepMs: number): number[] {
  const skippable = new Set(replay?.skippable)
  const endings = [endedMs]
  for (let atMs = endedMs; skippable.has(atMs); atMs += stepMs) endings.push(atMs + stepMs)
  return endings
}

const EMPTY: AlertHistory = { alert: '', labels: {}, timesMs: [], states: [], activeAtS: [], seqs: [] }

/** A month of seconds. More is no recording but a damaged number. */
const MAX_INSTANTS = 2_678_400

export function grid(condition: Evaluated): number[] {
  const count = condition.stepMs > 0 ? Math.floor((condition.endMs - condition.startMs) / condition.stepMs) + 1 : 0
  if (count > MAX_INSTANTS)
    throw new RangeError(`an evaluation every ${condition.stepMs} ms from ${condition.startMs} to ${condition.endMs} is no recording`)
  return Array.from({ length: Math.max(0, count) }, (_, index) => condition.startMs + index * condition.stepMs)
}

/**
 * The group never wrote an ALERTS sample on this grid, so its phase is unknown and times cannot be compared. One thing can: a stretch so
 * long that at every
 * phase some evaluation lies inside it must have left a sample. (n instants in a row span at least n-1 intervals: n-1 real evaluations, one
 * less for a scrape in flight.)
 */
function inexact(instants: Instant[], timing: { forMs: number; keepFiringForMs: number }, stepMs: number, sawSamples: boolean): Replayed {
  let run = 0
  let longest = 0
  let endedAtMs = 0
  for (const instant of instants) {
    run = instant.holds && instant.skippable === undefined ? run + 1 : 0
    if (run > longest) {
      longest = run
      endedAtMs = instant.atMs
    }
  }
  const needed = Math.ceil(timing.forMs / stepMs) + 1 + 2
  const mismatch =
    !sawSamples && longest >= needed
      ? { atMs: endedAtMs, expected: `firing (the condition held at ${longest} evaluations in a row)`, observed: 'nothing' }
      : null
  return { expected: [], accepted: [], mismatch, ambiguities: [], skipped: [], compared: 0 }
}

const NONE: readonly LoadedGroup[] = []

/** Alerts evaluated by the same group, so on the same slots; all alerts of this name where the groups are not known. */
function siblingAlerts(run: RunRecord, alert: string): AlertHistory[] {
  const groups = groupsWith(run.rules.at(-1)?.groups ?? NONE, alert)
  const names = new Set([alert, ...groups.flatMap((group) => (groups.length === 1 ? group.rules.map((rule) => rule.name) : []))])
  return run.alerts.filter((history) => names.has(history.alert))
}

/**
 * Holes between two samples of the same activeAt: those evaluations were skipped or failed, or the alert would have come back as a new one.
 */
function bridgedHoles(history: AlertHistory, gridMs: readonly number[]): Set<number> {
  const holes = new Set<number>()
  for (let i = 1; i < history.timesMs.length; i++) {
    const from = history.timesMs[i - 1] ?? 0
    const to = history.timesMs[i] ?? 0
    const backwards = history.states[i - 1] === 'firing' && history.states[i] === 'pending'
    if (backwards || history.activeAtS[i - 1] !== history.activeAtS[i]) continue
    for (let index = lastAtOrBefore(gridMs, from) + 1; (gridMs[index] ?? Infinity) < to; index++) holes.add(gridMs[index] ?? 0)
  }
  return holes
}

/**
 * Whether the value of a condition over a window is, at an instant, as near to its threshold as one scrape more or less in the window moves
 * it: as it moves from one evaluation to the next, or by the share that the rate is extrapolated differently. Of a gauge (no `value`) a
 * scrape more or less is the instant before.
 */
function nearThreshold(
  { threshold }: PlannedExperiment,
  value: Evaluated | undefined,
  labels: Labels,
  extrapolated: number,
): (atMs: number) => boolean {
  const column = value?.series.find((series) => hasLabels(labels, series.labels))
  if (value === undefined || column === undefined) return () => false
  const at = new Map(column.timesMs.map((atMs, index) => [atMs, column.values[index] ?? NaN]))
  return (atMs) => {
    const own = at.get(atMs) ?? NaN
    const moves = [at.get(atMs - value.stepMs), at.get(atMs + value.stepMs)].map((other) => Math.abs((other ?? NaN) - own))
    const moved = Math.max(...moves.filter((move) => !Number.isNaN(move)), Math.abs(own) * extrapolated)
    // 9.473 x 19 / 18 is 10 on paper and may be a digit above it in the server.
    return Math.abs(own - threshold) <= moved * (1 + 1e-9)
  }
}

/**
 * By which share a rate grows when the newest sample, without an increase of its own, is not in the window yet: rate() extrapolates what n
 * samples, an interval apart, show over n - 1 intervals to the whole window (https://github.com/prometheus/prometheus/blob/v2.48.0/promql/functions.go,
 * extrapolatedRate), and n - 1 samples show the same over n - 2. 0 where the window holds too few of them.
 */
function extrapolation({ header }: RunRecord, { alert, subject }: PlannedExperiment): number {
  const timing = header?.plan.timing
  const windowMs = header?.plan.promised?.rules.find((rule) => rule.alert === alert)?.value?.windowMs
  if (timing === undefined || windowMs === undefined) return 0
  const { scrapeIntervalMs } = timing.jobs[subject['job'] ?? ''] ?? timing
  return windowMs > 2 * scrapeIntervalMs ? scrapeIntervalMs / (windowMs - 2 * scrapeIntervalMs) : 0
}

interface InFlight {
  beganMs: number
  /** Begin of the same target's scrape before. */
  previousMs: number
  /** Whether that one found the target in another state (up) than this. */
  changed: boolean
}

/** Scrapes, of targets this label set may come from, that were under way at an instant. */
function scrapesInFlight(scrapes: readonly ScrapeColumn[], labels: Labels): (atMs: number) => InFlight[] {
  const relevant = scrapes.filter(
    (scrape) =>
      (labels['job'] === undefined || labels['job'] === scrape.job) &&
      (labels['instance'] === undefined || labels['instance'] === scrape.instance),
  )
  // Labels that no target carries (relabelled by the expression) say nothing about where the samples come from.
  const columns = (relevant.length > 0 ? relevant : scrapes).map(({ timesMs, durationsMs, up }) => ({ timesMs, durationsMs, up }))
  return (atMs) => {
    const found: InFlight[] = []
    for (const { timesMs, durationsMs, up } of columns) {
      // A timeout is at most the interval, so besides the newest only the one before can still be committing.
      for (let i = lastAtOrBefore(timesMs, atMs), left = 2; i >= 0 && left > 0; i--, left--) {
        const beganMs = timesMs[i] ?? 0
        const durationMs = durationsMs[i] ?? NaN
        if (!Number.isNaN(durationMs) && atMs < beganMs + durationMs + COMMIT_SLACK_MS)
          found.push({ beganMs, previousMs: timesMs[i - 1] ?? -Infinity, changed: i > 0 && up[i] !== up[i - 1] })
      }
    }
    return found
  }
}

interface Pair {
  labels: Labels
  series: Column[]
  history: AlertHistory | undefined
}

/**
 * Expected label sets with recorded ones: first those that are equal, then those that differ only in labels the rule itself adds
 * (a wrong severity is labels-exact's finding, not a missing alert), then the subject's.
 */
function pair(experiment: PlannedExperiment, condition: Evaluated, histories: readonly AlertHistory[]): Pair[] {
  const pairs = new Map<string, Pair>()
  for (const column of condition.series) {
    const labels = alertLabels(experiment, column.labels)
    const key = labelKey(labels)
    const known = pairs.get(key)
    if (known === undefined) pairs.set(key, { labels, series: [column], history: undefined })
    else known.series.push(column)
  }
  const own = ['alertname', ...Object.keys(experiment.labels)]
  const left = new Set(histories.filter((history) => history.timesMs.some((t) => t >= condition.startMs && t <= condition.endMs)))
  const matchers: ((labels: Labels, history: AlertHistory) => boolean)[] = [
    (labels, history) => labelKey(labels) === labelKey(history.labels),
    (labels, history) => labelKey(withoutLabels(labels, own)) === labelKey(withoutLabels(history.labels, own)),
    (labels, history) => hasLabels(labels, experiment.subject) && hasLabels(history.labels, experiment.subject),
  ]
  for (const matches of matchers) {
    for (const candidate of pairs.values()) {
      if (candidate.history !== undefined) continue
      for (const history of left) {
        if (!matches(candidate.labels, history)) continue
        candidate.history = history
        left.delete(history)
        break
      }
    }
  }
  // Active although the specification's expression never had such a series.
  for (const history of left) pairs.set(labelKey(history.labels), { labels: history.labels, series: [], history })
  return [...pairs.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, value]) => value)
}

/** The labels an alert of this rule must have for a series of its expression: rule labels win over the series' own. */
export function alertLabels(experiment: PlannedExperiment, series: Labels): Labels {
  const base = withoutLabels(series, ['__name__'])
  const added = Object.fromEntries(Object.entries(experiment.labels).map(([name, text]) => [name, expandTemplate(text, base)]))
  return { ...base, ...added, alertname: experiment.alert }
}

import type { Delay, PastDrill, PastResult } from '../model/past-runs.ts'
import type { Drift, ExperimentHistory, History, Report, Trend } from '../model/report.ts'
import { seconds } from '../text/instant.ts'
import { dateTime } from './time.ts'

const DELAYS: Readonly<Record<string, Delay['what']>> = { firing: 'detection', notified: 'delivery' }

/** What came of each experiment, and its delays: of verdicts that passed alone, for any other says nothing about a delay. */
export function resultsOf({ rules }: Pick<Report, 'rules'>): PastResult[] {
  return rules.flatMap(({ alert, experiments }) =>
    experiments.map(({ id, outcome, verdicts }): PastResult => ({
      experiment: id,
      alert,
      outcome,
      delays: verdicts.flatMap(({ status, window }): Delay[] => {
        const what = window === undefined ? undefined : DELAYS[window.what]
        if (status !== 'pass' || window === undefined || what === undefined) return []
        const { sinceMs, observedMs, earliestMs, latestMs } = window
        if (sinceMs === undefined || observedMs === null) return []
        const [ms = 0, from = 0, until = 0] = [observedMs, earliestMs, latestMs].map((atMs) => Math.round(atMs - sinceMs))
        return [{ what, ms, earliestMs: from, latestMs: until }]
      }),
    })),
  )
}

/** The earlier runs and this one. */
export function historyOf(past: readonly PastDrill[], run: Pick<Report, 'runId' | 'startedMs' | 'outcome' | 'rules'>): History {
  const { runId, startedMs, outcome } = run
  return historyFrom([...past, { runId, startedMs, outcome, results: resultsOf(run) }])
}

/** Of drills of one target at one speed, oldest first. */
export function historyFrom(drills: readonly PastDrill[]): History {
  const own = new Map(drills.flatMap(({ results }) => results.map(({ experiment, alert }) => [experiment, alert] as const)))
  return {
    runs: drills.map((drill) => ({ runId: drill.runId, startedMs: drill.startedMs, outcome: drill.outcome })),
    experiments: [...own].map(([id, alert]): ExperimentHistory => {
      const results = drills.map((drill) => drill.results.find(({ experiment }) => experiment === id))
      const trends = (['detection', 'delivery'] as const).map((what) => trendOf(what, results))
      return {
        id,
        alert,
        outcomes: results.map((result) => result?.outcome ?? null),
        trends: trends.filter(({ points }) => points.length > 0),
      }
    }),
  }
}

function trendOf(what: Delay['what'], results: readonly (PastResult | undefined)[]): Trend {
  const points = results.flatMap((result, run) =>
    (result?.delays ?? [])
      .filter((delay) => delay.what === what)
      .map(({ ms, earliestMs, latestMs }) => ({ run, ms, earliestMs, latestMs })),
  )
  const drift = points.at(-1)?.run === results.length - 1 ? driftOf(points) : undefined
  return { what, points, ...(drift === undefined ? {} : { drift }) }
}

/** So many of the newest runs are compared with at least so many older ones. */
const NEWEST = 5
const FEWEST_OLDER = 15
/** That runs which differ by nothing but their order look so, in either direction; some thirty delays are looked at every night. */
const CHANCE = 1e-4
/** Of the legal window's width; a smaller shift needs no one's attention yet. */
const FEWEST_SHARE = 0.1

/**
 * Whether the newest delays are all in all longer, or all in all shorter, than those before: the one-sided test of Mann and Whitney with
 * its exact distribution (an equal pair counts against a drift), and medians apart by a tenth of the newest legal window. A delay varies
 * within that window by when in the scrape and evaluation interval the fault begins, so that single runs and means say nothing.
 */
export function driftOf(points: Trend['points']): Drift | undefined {
  const newest = points.slice(-NEWEST).map(({ ms }) => ms)
  const older = points.slice(0, -NEWEST).map(({ ms }) => ms)
  const last = points.at(-1)
  if (last === undefined || older.length < FEWEST_OLDER) return undefined
  const [newestMs, olderMs] = [median(newest), median(older)]
  const share = (newestMs - olderMs) / (last.latestMs - last.earliestMs)
  if (!(Math.abs(share) >= FEWEST_SHARE)) return undefined
  const beyond = newest.flatMap((ms) => older.filter((before) => (share > 0 ? ms > before : ms < before))).length
  if (chanceOf(beyond, newest.length, older.length) > CHANCE) return undefined
  return { newestMs, newest: newest.length, olderMs, older: older.length, share }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/**
 * Of all orders of m newer and n older values, the share in which at least `beyond` of the m * n pairs have the newer one ahead. There are
 * as many orders with u such pairs as partitions of u into at most m parts of at most n (https://doi.org/10.1214/aoms/1177730491).
 */
export function chanceOf(beyond: number, m: number, n: number): number {
  const ways = Array.from({ length: m + 1 }, (_, placed) => new Array<number>(m * n + 1).fill(placed === 0 ? 1 : 0).fill(0, 1))
  for (let ahead = 0; ahead <= n; ahead += 1)
    for (let placed = 1; placed <= m; placed += 1)
      for (let u = ahead; u <= m * n; u += 1) ways[placed]![u]! += ways[placed - 1]![u - ahead]!
  const orders = ways[m]!
  const sum = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0)
  return sum(orders.slice(beyond)) / sum(orders)
}

export interface DriftFound {
  /** Of the experiment. */
  id: string
  alert: string
  text: string
}

/** Each drift with a sentence; a warning in every format, never a failure. */
export function drifts(history: History | undefined): DriftFound[] {
  return (history?.experiments ?? []).flatMap(({ id, alert, trends }) =>
    trends.flatMap((trend) => (trend.drift === undefined ? [] : [{ id, alert, text: driftText(id, alert, trend, trend.drift) }])),
  )
}

export function driftTexts(history: History | undefined): string[] {
  return drifts(history).map(({ text }) => text)
}

function driftText(id: string, alert: string, trend: Trend, { newestMs, newest, olderMs, older, share }: Drift): string {
  return (
    `${alert} / ${id}: ${trend.what} delay drifts ${share > 0 ? 'up' : 'down'} within its legal window: median ${seconds(newestMs)} in the newest ${newest} runs, ` +
    `${seconds(olderMs)} in the ${older} before; legal from ${legal(trend)}`
  )
}

/** Rule, experiment, how many of its runs passed and when last, and of each delay median and legal window. */
export function historyRows({ runs, experiments }: History): string[][] {
  return experiments.map(({ id, alert, outcomes, trends }) => {
    const drilled = outcomes.filter((outcome) => outcome !== null).length
    const last = runs[outcomes.lastIndexOf('pass')]
    const cells = (what: Delay['what']): string[] => {
      const trend = trends.find((each) => each.what === what)
      return trend === undefined ? ['–', '–'] : [seconds(median(trend.points.map(({ ms }) => ms))), legal(trend)]
    }
    const passed = outcomes.filter((outcome) => outcome === 'pass').length
    return [
      alert,
      id,
      `${passed} of ${drilled}`,
      last === undefined ? 'never' : `${dateTime(last.startedMs)} UTC`,
      ...cells('detection'),
      ...cells('delivery'),
    ]
  })
}

/** Of the newest run that has one. */
function legal({ points }: Trend): string {
  const { earliestMs = 0, latestMs = 0 } = points.at(-1) ?? {}
  return `${seconds(earliestMs)} to ${seconds(latestMs)}`
}

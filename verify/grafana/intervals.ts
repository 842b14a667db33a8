import { parseDuration } from '../promql/duration.ts'
import type { Panel } from './panel.ts'
import type { PanelQuery } from './panel-query.ts'

/** Of the Prometheus datasource when its "Scrape interval" is empty. */
const DEFAULT_SCRAPE_MS = 15_000

/** What the interval macros of one query stand for, in ms. */
export interface Intervals {
  intervalMs: number
  rateIntervalMs: number
  rangeMs: number
}

/**
 * $__interval, $__rate_interval and $__range as Grafana has them:
 * https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/
 * `rangeMs`: what the time picker shows; `timeInterval`: "Scrape interval" of the datasource.
 */
export function intervalsOf(panel: Panel, query: PanelQuery, rangeMs: number, timeInterval: string | undefined): Intervals {
  const scrapeMs = minimum(query.minStep) ?? minimum(timeInterval) ?? DEFAULT_SCRAPE_MS
  const leastMs = minimum(query.minStep) ?? minimum(panel.minInterval) ?? minimum(timeInterval) ?? DEFAULT_SCRAPE_MS
  const intervalMs = Math.max(leastMs, roundInterval(rangeMs / panel.maxDataPoints))
  return { intervalMs, rateIntervalMs: Math.max(intervalMs + scrapeMs, 4 * scrapeMs), rangeMs }
}

/** ">15s" and "15s" both say: not below. */
function minimum(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : parseDuration(text.replace(/^>=?\s*/, '').trim())
  return ms === undefined || ms === 0 ? undefined : ms
}

/**
 * Below [limit) the interval is [rounded]; https://github.com/grafana/grafana/blob/v10.2.0/packages/grafana-data/src/datetime/rangeutil.ts
 * (roundInterval).
 */
const STEPS: readonly (readonly [limitMs: number, roundedMs: number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1_500, 1_000],
  [3_500, 2_000],
  [7_500, 5_000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
]

export function roundInterval(ms: number): number {
  return STEPS.find(([limitMs]) => ms < limitMs)?.[1] ?? 31_536_000_000
}

/** What one panel shows: its own "Relative time", or what the dashboard is opened with; 6 h where it depends on the calendar. */
export function panelRangeMs({ timeFrom }: Pick<Panel, 'timeFrom'>, time: { from: string; to: string }): number {
  const own =
    timeFrom === undefined ? undefined : pickedRangeMs({ from: timeFrom.startsWith('now') ? timeFrom : `now-${timeFrom}`, to: 'now' })
  return own ?? pickedRangeMs(time) ?? 21_600_000
}

/** "now-6h" to "now" -> 6 h in ms; undefined where it depends on the calendar (now/d, a date). */
export function pickedRangeMs({ from, to }: { from: string; to: string }): number | undefined {
  const ago = (text: string): number | undefined => {
    if (text === 'now') return 0
    const match = /^now-(\d+[smhdwy])$/.exec(text)
    return match?.[1] === undefined ? undefined : parseDuration(match[1])
  }
  const [begin, end] = [ago(from), ago(to)]
  return begin === undefined || end === undefined || begin <= end ? undefined : begin - end
}

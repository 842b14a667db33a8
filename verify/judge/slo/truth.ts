import { LOOKBACK_MS } from '../../promql/loaded-clocks.ts'
import { labelOf, PATH_LABELS } from '../../promql/request-series.ts'
import type { CounterSeries, JournalEntry } from '../../model/journal.ts'
import { slicesOf } from '../record/load-seconds.ts'
import { upBetween } from '../record/recorder.ts'
import type { ScrapeColumn } from '../record/recorder.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

/** Both ends belong to it. */
export interface Range {
  low: number
  high: number
}

/** How much counters rose in a window. */
export interface Rise {
  /** By their samples alone: what a counter was born with is in no increase (https://github.com/prometheus/prometheus/issues/1673). */
  seen: number
  /** With what they were born with: what really happened. */
  real: number
  /** As rate() and increase() extrapolate it to the window's ends. */
  extrapolated: number
}

/** What the platform asks of itself; no load generator knows of it. */
const OWN_PATH = /\/(metrics|prometheus|health\w*|live\w*|ready\w*)\/?$/

export const isOwn = ({ metric }: CounterSeries): boolean => OWN_PATH.test(labelOf(metric, PATH_LABELS))

/** `window`: of the entry that the series are from; its first scrape is the earliest sample of any of them. */
function riseOf(series: readonly CounterSeries[], window: { fromMs: number; untilMs: number }, firstMs: number): Rise {
  const total: Rise = { seen: 0, real: 0, extrapolated: 0 }
  for (const one of series) {
    const times = one.values.map(([timeS]) => timeS * 1000)
    const values = one.values.map(([, value]) => Number(value))
    const [first, begin, end] = [values[0], times[0], times.at(-1)]
    if (first === undefined || begin === undefined || end === undefined) continue
    let seen = 0
    for (let index = 1; index < values.length; index++) {
      const [before, after] = [values[index - 1] ?? 0, values[index] ?? 0]
      seen += after < before ? after : after - before
    }
    total.seen += seen
    total.real += seen + (begin > firstMs + BORN_AFTER_MS ? first : 0)
    total.extrapolated += seen * extrapolation({ begin, end, count: one.count, first, rise: seen }, window)
  }
  return total
}

/** Series of one scrape have one time; the next scrape is 1 s later at least. */
const BORN_AFTER_MS = 500

/** https://github.com/prometheus/prometheus/blob/v2.48.0/promql/functions.go (extrapolatedRate) */
function extrapolation(
  { begin, end, count, first, rise }: { begin: number; end: number; count: number; first: number; rise: number },
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
): number {
  const sampledMs = end - begin
  if (count < 2 || sampledMs <= 0) return 0
  const averageMs = sampledMs / (count - 1)
  // A counter cannot have been below zero before its first sample.
  const toZeroMs = rise > 0 && first >= 0 ? sampledMs * (first / rise) : Infinity
  const reach = (gapMs: number): number => (gapMs < averageMs * 1.1 ? gapMs : averageMs / 2)
  return (sampledMs + reach(Math.min(begin - fromMs, toZeroMs)) + reach(untilMs - end)) / sampledMs
}

export function riser(entry: Entry<'counters'>, series: readonly CounterSeries[] = entry.series): (some: readonly CounterSeries[]) => Rise {
  const firstMs = firstSampleMs(series)
  return (some) => riseOf(some, entry, firstMs)
}

/**
 * The mean of each target's mean, or of all samples together: both are "avg(up) over" the window. With `stepMs` also as a subquery or a
 * course sees it, at
 * steps that are multiples of it or end with the window. undefined: no sample.
 */
export function availabilityOf(
  targets: readonly ScrapeColumn[],
  { low: fromMs, high: untilMs }: Range,
  stepMs?: number,
): (Range & { samples: number; targets: number }) | undefined {
  // The newest sample before the window stands for a while.
  const scrapes = targets.map((target) => upBetween(target, fromMs - LOOKBACK_MS, untilMs))
  const samples = scrapes
    .map(({ timesMs, up }) =>
      up.filter((_, index) => (timesMs[index] ?? 0) > fromMs && (timesMs[index] ?? 0) <= untilMs && !Number.isNaN(up[index])),
    )
    .filter((own) => own.length > 0)
  if (samples.length === 0) return undefined
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length
  const stepped = (endMs: number): number[] => {
    let [sum, steps] = [0, 0]
    const places = scrapes.map(({ timesMs }) => timesMs.length - 1)
    for (let time = endMs; stepMs !== undefined && stepMs > 0 && time > fromMs; time -= stepMs) {
      const present = scrapes.flatMap(({ timesMs, up }, scrape) => {
        let index = places[scrape] ?? -1
        while (index >= 0 && (timesMs[index] ?? 0) > time) index--
        places[scrape] = index
        return index === -1 || (timesMs[index] ?? 0) < time - LOOKBACK_MS || Number.isNaN(up[index]) ? [] : [up[index] ?? 0]
      })
      if (present.length === 0) continue
      sum += mean(present)
      steps++
    }
    return steps === 0 ? [] : [sum / steps]
  }
  const bySteps = stepMs === undefined || stepMs <= 0 ? [] : [...stepped(untilMs), ...stepped(Math.floor(untilMs / stepMs) * stepMs)]
  return { ...hull([mean(samples.map(mean)), mean(samples.flat()), ...bySteps]), samples: samples.flat().length, targets: samples.length }
}

export function firstSampleMs(series: readonly CounterSeries[]): number {
  return Math.min(...series.map(({ values }) => (values[0]?.[0] ?? Infinity) * 1000))
}

function lastSampleMs(series: readonly CounterSeries[]): number {
  return Math.max(...series.map(({ values }) => (values.at(-1)?.[0] ?? -Infinity) * 1000))
}

/** Stretches in which what a service counted died with its process: between the last scrape before and the first after. */
export function losses(series: readonly CounterSeries[], scrapes: readonly ScrapeColumn[], job: string): Range[] {
  const found: Range[] = []
  for (const { values } of series) {
    values.forEach(([timeS, value], index) => {
      const before = values[index - 1]
      if (before !== undefined && Number(value) < Number(before[1])) found.push({ low: before[0] * 1000, high: timeS * 1000 })
    })
  }
  for (const column of scrapes.filter((candidate) => candidate.job === job)) {
    let last = -Infinity
    let broken = false
    column.timesMs.forEach((atMs, index) => {
      if (column.up[index] !== 1) broken = true
      else {
        if (broken) found.push({ low: last, high: atMs })
        broken = false
        last = atMs
      }
    })
    if (broken) found.push({ low: last, high: Infinity })
  }
  return found
}

/** What k6 counted between two scrapes: between these two numbers, because it is not known on which side of a scrape an answer fell. */
export interface Seen {
  total: Range
  errors: Range
  /** Upper bound in ms -> answers. */
  latency: [boundMs: number, count: number][]
  /** Why there may have been more than was counted: a pod of k6, or its log, was lost. */
  incomplete?: string
  pointers: number[]
}

/** An answer under way at a scrape is counted by the server before and by k6 after it; a scrape itself takes its time, too. */
const EDGE_MS = 1_000

export function seenByK6(loads: readonly Entry<'load'>[], service: string, series: readonly CounterSeries[], lost: readonly Range[]): Seen {
  const fromMs = firstSampleMs(series)
  const untilMs = lastSampleMs(series)
  const seen: Seen = { total: { low: 0, high: 0 }, errors: { low: 0, high: 0 }, latency: [], pointers: [] }
  const latency = new Map<number, number>()
  for (const load of loads) {
    const slices = load.phase === 'end' ? slicesOf(load, service, fromMs, untilMs + EDGE_MS) : []
    const busiest = { total: 0, errors: 0 }
    let endMs = -Infinity
    for (const slice of slices) {
      const [begin, end] = [slice.fromMs, slice.fromMs + 1_000]
      const answers = Object.entries(slice.statuses).filter(([status]) => status !== '0')
      const total = answers.reduce((sum, [, count]) => sum + count, 0)
      const errors = answers.reduce((sum, [status, count]) => sum + (status.startsWith('5') ? count : 0), 0)
      busiest.total = Math.max(busiest.total, total)
      busiest.errors = Math.max(busiest.errors, errors)
      endMs = Math.max(endMs, end)
      seen.total.high += total
      seen.errors.high += errors
      const surely = begin >= fromMs + EDGE_MS && end <= untilMs && !lost.some(({ low, high }) => end > low && begin < high + EDGE_MS)
      if (surely) {
        seen.total.low += total
        seen.errors.low += errors
      }
      for (const [bound, count] of Object.entries(slice.latency)) latency.set(Number(bound), (latency.get(Number(bound)) ?? 0) + count)
    }
    if (slices.length > 0) seen.pointers.push(load.seq)
    // What a k6 without a summary sent was answered and counted by the server: how much is not known.
    const unknown = load.phase === 'end' && load.summary === undefined
    if ((unknown || load.summary?.incomplete === true) && load.atMs >= fromMs) seen.incomplete = load.error ?? 'answers are missing'
    // k6 forgets what was under way when it was stopped; the server answered it all the same.
    if (endMs < untilMs + EDGE_MS) {
      seen.total.high += busiest.total
      seen.errors.high += busiest.errors
    }
  }
  seen.latency = [...latency].sort(([a], [b]) => a - b)
  return seen
}

/** The bound below which `share` of the counted lie; NaN when nothing was counted. */
export function quantileBound(counts: readonly (readonly [bound: number, count: number])[], share: number): number {
  const total = counts.reduce((sum, [, count]) => sum + count, 0)
  let below = 0
  for (const [bound, count] of counts) {
    below += count
    if (total > 0 && below >= share * total) return bound
  }
  return Number.NaN
}

/** The bucket that a quantile lies in, its bounds in the unit of `le`, and what was counted up to each; undefined: nothing was. */
function bucketWith(
  quantile: number,
  buckets: readonly CounterSeries[],
  rise: (series: CounterSeries[]) => number,
): (Range & { below: number; upTo: number; rank: number }) | undefined {
  const bounds = [...new Set(buckets.map(({ metric }) => numberOf(metric['le'] ?? '')))].sort((a, b) => a - b)
  const cumulative = bounds.map((bound) => rise(buckets.filter(({ metric }) => numberOf(metric['le'] ?? '') === bound)))
  const total = cumulative.at(-1) ?? 0
  const index = cumulative.findIndex((count) => count >= quantile * total)
  if (total <= 0 || index === -1) return undefined
  const [low, high] = [bounds[index - 1] ?? 0, bounds[index] ?? Infinity]
  return { low, high, below: cumulative[index - 1] ?? 0, upTo: cumulative[index] ?? 0, rank: quantile * total }
}

/** No panel can say it finer. Above the last bound histogram_quantile gives that bound. */
export function bucketOf(...asked: Parameters<typeof bucketWith>): Range | undefined {
  const found = bucketWith(...asked)
  return found === undefined ? undefined : { low: found.low, high: found.high === Infinity ? found.low : found.high }
}

/** As histogram_quantile says it: linear within its bucket; of what is above the last bound, that bound. */
export function quantileOf(...asked: Parameters<typeof bucketWith>): number | undefined {
  const found = bucketWith(...asked)
  if (found === undefined) return undefined
  const { low, high, below, upTo, rank } = found
  return high === Infinity ? low : low + ((high - low) * (rank - below)) / (upTo - below)
}

/** How a window of counters can be read. */
export const WAYS = ['seen', 'real', 'extrapolated'] as const

/** With and without what counters were born with, as they are and as rate() extrapolates them: no query can know more than that. */
export function shares(errors: Rise, all: Rise): Range {
  return hull(WAYS.flatMap((how) => (all[how] > 0 ? [errors[how] / all[how]] : [])))
}

export function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : text === '' ? Number.NaN : Number(text)
}

export function within(value: number, { low, high }: Range, relative: number): boolean {
  const slack = relative === 0 ? 1e-9 : relative * Math.max(Math.abs(low), Math.abs(high)) + 1e-9
  return value >= low - slack && value <= high + slack
}

export function hull(values: readonly number[]): Range {
  return { low: Math.min(...values), high: Math.max(...values) }
}

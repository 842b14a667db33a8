import type { JournalEntry, SampledSelector, Sample } from '../../model/journal.ts'
import type { Curve, RawSignal } from '../../model/page.ts'
import type { PlannedExperiment } from '../../model/plan.ts'
import type { Labels } from '../../model/spec.ts'
import { formatLabels } from '../../promql/labels.ts'
import { unpackSeries } from '../../text/packed-series.ts'
import { entriesOf, thinned } from './entries.ts'
import { otherHalf } from './other-half.ts'

/** More curves on one chart are a thicket; the journal has them. */
const MOST_CURVES = 6
/** Functions that look at how much a counter rose: https://prometheus.io/docs/prometheus/latest/querying/functions/ */
const OF_COUNTERS = new Set(['rate', 'increase', 'irate', 'resets'])

/**
 * What the condition of an experiment was made of, a chart a selector; without those of another service beside an `or`. Empty in a journal
 * that has no raw samples.
 */
export function rawSignalsOf(entries: readonly JournalEntry[], { id, expr, valueExpr, threshold }: PlannedExperiment): RawSignal[] {
  const entry = entriesOf(entries, 'signal-samples').findLast(({ experiment }) => experiment === id)
  const whole = Array.isArray(entry?.selectors) ? entry.selectors.filter(isWhole) : []
  const known = new Map(whole.map(({ selector, series, error }) => [selector, error === undefined ? series.length > 0 : undefined]))
  const others = typeof expr === 'string' ? otherHalf(expr, (selector) => known.get(selector)) : new Set<string>()
  const selectors = whole.filter(({ selector }) => !others.has(selector))
  return selectors.map((sampled): RawSignal => {
    const windows = sampled.taken.map(({ by, rangeMs }) => ({ by, rangeMs }))
    const counter = sampled.taken.some(({ by }) => OF_COUNTERS.has(by))
    const { curves, still, more } = curvesOf(sampled, counter)
    return {
      selector: sampled.selector,
      counter,
      windows,
      ...(sampled.selector === valueExpr.trim() ? { threshold } : {}),
      curves,
      notes: [
        ...(sampled.error === undefined ? [] : [`could not be read: ${sampled.error}`]),
        ...(sampled.error === undefined && sampled.series.length === 0 ? ['the subject has no such series'] : []),
        ...(still > 0 ? [`${still} further series did not change`] : []),
        ...(more > 0 ? [`${more} further series that changed less are in the journal`] : []),
        ...(sampled.cut === undefined ? [] : [cutText(sampled.cut)]),
      ],
    }
  })
}

function cutText({ series, samples, because }: NonNullable<SampledSelector['cut']>): string {
  const left = [...(series > 0 ? [`${series} series`] : []), ...(samples > 0 ? [`${samples} samples`] : [])]
  return `${left.join(' and ')} not recorded (${because})`
}

/** A journal that was damaged by a disk may hold anything. */
function isWhole(sampled: unknown): sampled is SampledSelector {
  if (typeof sampled !== 'object' || sampled === null) return false
  const { selector, taken, series } = sampled as Record<string, unknown>
  return (
    typeof selector === 'string' &&
    Array.isArray(taken) &&
    taken.every((each: unknown) => typeof each === 'object' && each !== null) &&
    Array.isArray(series) &&
    series.every((each: unknown) => {
      if (typeof each !== 'object' || each === null) return false
      const { metric, times, values } = each as Record<string, unknown>
      return typeof metric === 'object' && metric !== null && typeof times === 'string' && typeof values === 'string'
    })
  )
}

/** Those that change, the liveliest first; where none does, one. `still` and `more`: how many are not among them. */
function curvesOf({ selector, series }: SampledSelector, counter: boolean): { curves: Curve[]; still: number; more: number } {
  const all = series.map(unpackSeries).map(({ metric, values }) => ({ metric, points: counter ? increments(values) : asTheyAre(values) }))
  const apart = labelsThatDiffer(all.map(({ metric }) => metric))
  const ranked = all.map((each) => ({ ...each, moved: movement(each.points, counter) })).sort((a, b) => b.moved - a.moved)
  const lively = ranked.filter(({ moved }) => moved > 0)
  const shown = (lively.length > 0 ? lively : ranked.slice(0, 1)).slice(0, MOST_CURVES)
  return {
    curves: shown.map(({ metric, points }) => {
      const own = Object.fromEntries(Object.entries(metric).filter(([name]) => apart.has(name)))
      return { label: Object.keys(own).length === 0 ? selector : formatLabels(own), subject: true, points: thinned(points) }
    }),
    still: lively.length > 0 ? ranked.length - lively.length : Math.max(0, ranked.length - 1),
    more: Math.max(0, lively.length - MOST_CURVES),
  }
}

function asTheyAre(samples: readonly Sample[]): Curve['points'] {
  return samples.map(([timeS, text]) => [Math.round(timeS * 1_000), finite(Number(text))])
}

/** How much a counter rose since the sample before; after a reset it rose from zero, as rate() takes it. */
function increments(samples: readonly Sample[]): Curve['points'] {
  return asTheyAre(samples).flatMap(([atMs, value], index, all): Curve['points'] => {
    const before = all[index - 1]?.[1]
    if (before === undefined) return []
    return [[atMs, value === null || before === null ? null : value < before ? value : value - before]]
  })
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function movement(points: Curve['points'], counter: boolean): number {
  const values = points.flatMap(([, value]) => value ?? [])
  if (counter) return values.reduce((sum, value) => sum + value, 0)
  return values.length === 0 ? 0 : values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b))
}

function labelsThatDiffer(metrics: readonly Labels[]): Set<string> {
  const names = new Set(metrics.flatMap((metric) => Object.keys(metric)))
  return new Set([...names].filter((name) => new Set(metrics.map((metric) => metric[name])).size > 1))
}

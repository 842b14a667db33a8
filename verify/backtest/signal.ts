import type { Labels } from '../model/spec.ts'
import type { Comparison } from '../spec/promql.ts'
import { askRange } from './chunks.ts'
import type { Grid } from './chunks.ts'
import type { Life } from './compare-stretch.ts'
import { HistoryError } from './history-port.ts'
import type { History } from './history-port.ts'

/** The value, of all label sets and evaluations, that was nearest to firing or furthest beyond. */
export interface Nearest {
  value: number
  threshold: number
  comparator: Comparison['comparator']
  atMs: number
}

/** null for conditions of equality or inequality, and where there is no value. */
export async function nearestOf(history: History, { value, comparator, threshold }: Comparison, grid: Grid): Promise<Nearest | null> {
  if (comparator === '==' || comparator === '!=') return null
  const isAbove = comparator.startsWith('>')
  try {
    const { tracks } = await askRange(history, `${isAbove ? 'max' : 'min'}(${value})`, grid)
    let best: Nearest | null = null
    for (const { timesMs, values } of tracks)
      values.forEach((each, index) => {
        if (Number.isNaN(each)) return
        if (best === null || (isAbove ? each > best.value : each < best.value))
          best = { value: each, threshold, comparator, atMs: timesMs[index] ?? 0 }
      })
    return best
  } catch (error) {
    // It is said beside the outcome, and decides nothing.
    if (error instanceof HistoryError && error.trouble === 'query') return null
    throw error
  }
}

/** Pending alerts that went away before they fired, and of how many of those the samples themselves were missing. */
export interface Resets {
  pending: number
  byMissingSamples: number
  lookedAt: number
}

const LOOKED_AT = 20

/** `isRowOf`: whether a row of the value belongs to an alert of these labels. */
export async function resetsOf(
  history: History,
  { value }: Comparison,
  lives: readonly Life[],
  isRowOf: (row: Labels, alert: Labels) => boolean,
): Promise<Resets> {
  const ended = lives.flatMap(({ startsAtMs, endsAtMs, labels }) =>
    startsAtMs === null && endsAtMs !== null ? [{ endsAtMs, labels }] : [],
  )
  const looked = ended.slice(0, LOOKED_AT)
  let byMissingSamples = 0
  try {
    for (const { endsAtMs, labels } of looked) {
      const { series } = await history.instant(value, endsAtMs)
      if (!series.some(({ metric: { __name__: _, ...row } }) => isRowOf(row, labels))) byMissingSamples++
    }
  } catch (error) {
    if (!(error instanceof HistoryError) || error.trouble !== 'query') throw error
    return { pending: ended.length, byMissingSamples: 0, lookedAt: 0 }
  }
  return { pending: ended.length, byMissingSamples, lookedAt: looked.length }
}

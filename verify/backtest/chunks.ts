import type { Series } from '../model/journal.ts'
import type { Labels } from '../model/spec.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { HistoryError } from './history-port.ts'
import type { Answer, History } from './history-port.ts'

/** Prometheus refuses more than 11,000 points a series: web/api/v1/api.go, "exceeded maximum resolution". */
export const SERVER_POINTS = 11_000
const POINTS = 10_000

/** Instants `startMs`, `startMs + stepMs` ... up to `endMs`, both included. */
export interface Grid {
  startMs: number
  endMs: number
  stepMs: number
}

/** The grid in pieces of at most `points` instants, in order: each instant is in exactly one. */
export function chunksOf({ startMs, endMs, stepMs }: Grid, points = POINTS): Grid[] {
  const count = pointsOf({ startMs, endMs, stepMs })
  return Array.from({ length: Math.ceil(count / points) }, (_, index) => {
    const from = startMs + index * points * stepMs
    return { startMs: from, endMs: Math.min(startMs + (count - 1) * stepMs, from + (points - 1) * stepMs), stepMs }
  })
}

export function pointsOf({ startMs, endMs, stepMs }: Grid): number {
  return endMs < startMs ? 0 : Math.floor((endMs - startMs) / stepMs) + 1
}

/** Of one series, ascending. */
export interface Track {
  labels: Labels
  timesMs: number[]
  values: number[]
}

export interface Asked {
  tracks: Track[]
  warnings: string[]
  /** Times for which the server did not evaluate the expression, and what it said. */
  failed: { fromMs: number; toMs: number; message: string }[]
}

/** So many questions may go into finding the instants at which an expression cannot be evaluated. */
const SEARCHES = 40

/**
 * An expression at each instant of a grid. What the server finds too much is asked in halves; so is an expression that fails at some
 * instants (two series of one label set), until those are found. Rejects where nothing can be known.
 */
export async function askRange(history: History, expr: string, grid: Grid, points = POINTS): Promise<Asked> {
  const tracks = new Tracks()
  const asked: Asked = { tracks: [], warnings: [], failed: [] }
  let searches = SEARCHES
  const ask = async (piece: Grid): Promise<void> => {
    let answer: Answer
    try {
      answer = await history.range(expr, piece.startMs, piece.endMs, piece.stepMs)
    } catch (error) {
      if (!(error instanceof HistoryError) || (error.trouble !== 'too-much' && error.trouble !== 'query')) throw error
      const count = pointsOf(piece)
      const isSyntax = /parse error|invalid parameter "query"|unknown function/i.test(error.message)
      if (isSyntax) throw error
      if (count === 1 || (error.trouble === 'query' && searches-- <= 0)) {
        asked.failed.push({ fromMs: piece.startMs, toMs: piece.endMs, message: error.message })
        return
      }
      for (const half of chunksOf(piece, Math.ceil(count / 2))) await ask(half)
      return
    }
    asked.warnings.push(...answer.warnings)
    for (const series of answer.series) tracks.add(series)
  }
  for (const piece of chunksOf(grid, points)) await ask(piece)
  asked.tracks = tracks.all()
  asked.warnings = [...new Set(asked.warnings)]
  asked.failed = joined(asked.failed, grid.stepMs)
  return asked
}

/** Raw samples are asked for so much time at once. */
const RAW_MS = 6 * 3_600_000
const SHORTEST_RAW_MS = 60_000

/** Raw samples of a selector in [fromMs, untilMs]; `each` gets them piece by piece, in order, edges perhaps twice. */
export async function askRaw(
  history: History,
  selector: string,
  fromMs: number,
  untilMs: number,
  each: (series: Series[]) => void,
): Promise<string[]> {
  const warnings: string[] = []
  const ask = async (from: number, to: number): Promise<void> => {
    let answer: Answer
    try {
      // 2.x takes the left edge, 3.x does not: https://prometheus.io/docs/prometheus/latest/migration/#range-selectors-and-lookback-exclude-samples-coinciding-with-the-left-boundary
      answer = await history.instant(`${selector}[${to - from + 1}ms]`, to)
    } catch (error) {
      if (!(error instanceof HistoryError) || error.trouble !== 'too-much' || to - from <= SHORTEST_RAW_MS) throw error
      const middle = Math.floor((from + to) / 2)
      await ask(from, middle)
      await ask(middle, to)
      return
    }
    warnings.push(...answer.warnings)
    each(answer.series)
  }
  for (let from = fromMs; from < untilMs; from += RAW_MS) await ask(from, Math.min(untilMs, from + RAW_MS))
  return [...new Set(warnings)]
}

/** Answers in pieces -> one track a series; a native histogram counts as a row without a number. */
export class Tracks {
  private readonly byKey = new Map<string, Track>()

  add({ metric, values, histograms }: Series & { histograms?: [number, unknown][] }): void {
    const labels = withoutLabels(metric, ['__name__'])
    const key = labelKey(labels)
    let track = this.byKey.get(key)
    if (track === undefined) this.byKey.set(key, (track = { labels, timesMs: [], values: [] }))
    const rows: [number, string][] = [...(values ?? []), ...(histograms ?? []).map(([t]): [number, string] => [t, 'NaN'])]
    for (const [timeS, value] of rows) {
      const timeMs = Math.round(timeS * 1_000)
      if (timeMs <= (track.timesMs.at(-1) ?? -Infinity)) continue
      track.timesMs.push(timeMs)
      track.values.push(numberOf(value))
    }
  }

  all(): Track[] {
    return [...this.byKey.values()]
  }
}

/** As Prometheus prints numbers. */
function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text)
}

function joined(failed: Asked['failed'], stepMs: number): Asked['failed'] {
  const result: Asked['failed'] = []
  for (const each of failed.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1)
    if (last !== undefined && each.fromMs - last.toMs <= stepMs && each.message === last.message) last.toMs = each.toMs
    else result.push({ ...each })
  }
  return result
}

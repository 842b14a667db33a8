import { HistoryError } from '../../verify/backtest/history-port.ts'
import type { Answer, History } from '../../verify/backtest/history-port.ts'
import type { LoadedGroup, Sample, Series } from '../../verify/model/journal.ts'
import type { Labels } from '../../verify/model/spec.ts'
import type { Expr } from '../../verify/promql/ast.ts'
import { accepts } from '../../verify/promql/compare-matchers.ts'
import { labelKey, withoutLabels } from '../../verify/promql/labels.ts'
import { compares } from '../../verify/promql/operators.ts'
import { parsePromql } from '../../verify/promql/parse-promql.ts'

/** Recorded samples of one series; NaN marks that it went away (a staleness marker). */
export interface RecordedSeries {
  metric: Labels
  timesMs: number[]
  values: number[]
}

const LOOKBACK_MS = 300_000

interface Row {
  labels: Labels
  value: number
}

/**
 * A Prometheus of recorded samples: as much PromQL as a backtest asks of it, written from the documentation and not from verify/promql.
 * `asked` has every question.
 */
export class RecordedWorld implements History {
  readonly asked: string[] = []
  readonly series: RecordedSeries[]
  readonly groups: LoadedGroup[]
  warnings: string[] = []
  startedMs: number | null = null
  /** Thrown in the place of an answer, when it returns something. */
  trouble: (expr: string, startMs: number, endMs: number, stepMs: number) => HistoryError | undefined = () => undefined

  constructor(series: RecordedSeries[], groups: LoadedGroup[]) {
    this.series = series
    this.groups = groups
  }

  rules(): Promise<LoadedGroup[]> {
    return Promise.resolve(this.groups)
  }

  about(): Promise<{ version: string | null; startedMs: number | null }> {
    return Promise.resolve({ version: '2.42.0', startedMs: this.startedMs })
  }

  async instant(expr: string, atMs: number): Promise<Answer> {
    this.ask(expr, atMs, atMs, 1)
    const parsed = parsed_(expr)
    if (parsed.kind === 'selector' && parsed.rangeMs !== undefined) return this.answer(this.raw(parsed, atMs))
    return this.answer(this.evaluate(parsed, atMs).map(({ labels, value }) => ({ metric: labels, values: [sample(atMs, value)] })))
  }

  async range(expr: string, startMs: number, endMs: number, stepMs: number): Promise<Answer> {
    this.ask(expr, startMs, endMs, stepMs)
    if ((endMs - startMs) / stepMs + 1 > 11_000)
      throw new HistoryError('too-much', 'exceeded maximum resolution of 11,000 points per timeseries')
    const parsed = parsed_(expr)
    const found = new Map<string, Series>()
    for (let t = startMs; t <= endMs; t += stepMs)
      for (const { labels, value } of this.evaluate(parsed, t)) {
        const key = labelKey(labels)
        const series = found.get(key) ?? { metric: labels, values: [] }
        series.values.push(sample(t, value))
        found.set(key, series)
      }
    return this.answer([...found.values()])
  }

  private ask(expr: string, startMs: number, endMs: number, stepMs: number): void {
    this.asked.push(expr)
    const trouble = this.trouble(expr, startMs, endMs, stepMs)
    if (trouble !== undefined) throw trouble
  }

  private answer(series: Series[]): Answer {
    return { series, warnings: this.warnings }
  }

  private select({ metric, matchers }: Expr & { kind: 'selector' }): RecordedSeries[] {
    return this.series.filter(
      (each) =>
        (metric === null || each.metric['__name__'] === metric) &&
        matchers.every((matcher) => accepts(matcher, each.metric[matcher.label] ?? '')),
    )
  }

  private raw(selector: Expr & { kind: 'selector' }, atMs: number): Series[] {
    return this.select(selector).flatMap(({ metric, timesMs, values }) => {
      const rows = timesMs.flatMap((t, index): Sample[] =>
        t > atMs - (selector.rangeMs ?? 0) && t <= atMs && !Number.isNaN(values[index]) ? [sample(t, values[index] ?? NaN)] : [],
      )
      return rows.length === 0 ? [] : [{ metric, values: rows }]
    })
  }

  private evaluate(expr: Expr, atMs: number): Row[] {
    switch (expr.kind) {
      case 'selector':
        return this.select(expr).flatMap((series) => {
          const index = lastIndex(series.timesMs, atMs)
          const [t, value] = [series.timesMs[index], series.values[index]]
          return t === undefined || value === undefined || Number.isNaN(value) || t <= atMs - LOOKBACK_MS
            ? []
            : [{ labels: series.metric, value }]
        })
      case 'binary':
        return this.binary(expr, atMs)
      case 'aggregate': {
        const groups = new Map<string, Row[]>()
        const kept = (labels: Labels): Labels =>
          Object.fromEntries(Object.entries(labels).filter(([name]) => expr.grouping.labels.includes(name)))
        for (const row of this.evaluate(expr.expr, atMs)) {
          const key = labelKey(kept(row.labels))
          groups.set(key, [...(groups.get(key) ?? []), row])
        }
        return [...groups.values()].map((rows) => ({
          labels: kept(rows[0]?.labels ?? {}),
          value: rows
            .map(({ value }) => value)
            .reduce((a, b) => (expr.op === 'max' ? Math.max(a, b) : expr.op === 'min' ? Math.min(a, b) : a + b)),
        }))
      }
      case 'call': {
        const [arg] = expr.args
        if (arg?.kind !== 'selector') throw new HistoryError('query', `parse error: ${expr.fn}`)
        if (expr.fn === 'timestamp')
          return this.select(arg).flatMap(({ metric, timesMs }) => {
            const t = timesMs[lastIndex(timesMs, atMs)]
            return t === undefined ? [] : [{ labels: withoutLabels(metric, ['__name__']), value: t / 1_000 }]
          })
        return this.raw(arg, atMs).map(({ metric, values }) => {
          const numbers = values.map(([, text]) => Number(text))
          const value =
            expr.fn === 'changes'
              ? numbers.filter((each, index) => index > 0 && each !== numbers[index - 1]).length
              : (numbers.at(-1) ?? 0) - (numbers[0] ?? 0)
          return { labels: withoutLabels(metric, ['__name__']), value }
        })
      }
      default:
        throw new HistoryError('query', `parse error: ${expr.kind}`)
    }
  }

  private binary(expr: Expr & { kind: 'binary' }, atMs: number): Row[] {
    const left = this.evaluate(expr.lhs, atMs)
    if (expr.rhs.kind === 'number') {
      const { value: threshold } = expr.rhs
      return left.filter(({ value }) => compares(value, expr.op, threshold))
    }
    const right = this.evaluate(expr.rhs, atMs)
    const key = (labels: Labels): string =>
      labelKey(Object.fromEntries((expr.matching?.labels ?? []).map((name) => [name, labels[name] ?? ''])))
    const keys = new Set(right.map(({ labels }) => key(labels)))
    return expr.op === 'and' ? left.filter(({ labels }) => keys.has(key(labels))) : [...left, ...right]
  }

  /** For `promtool tsdb create-blocks-from openmetrics`, which knows no staleness markers. */
  openMetrics(): string {
    const quoted = (labels: Labels): string =>
      Object.entries(labels)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')
    const lines = this.series.flatMap(({ metric, timesMs, values }) => {
      const name = `${metric['__name__'] ?? ''}{${quoted(withoutLabels(metric, ['__name__']))}}`
      return timesMs.flatMap((t, index) => (Number.isNaN(values[index]) ? [] : [`${name} ${values[index]} ${(t / 1_000).toFixed(3)}`]))
    })
    return `${lines.join('\n')}\n# EOF\n`
  }
}

function parsed_(expr: string): Expr {
  const parsed = parsePromql(expr)
  if (!parsed.ok) throw new HistoryError('query', `parse error: ${parsed.message}`)
  return parsed.expr
}

function sample(ms: number, value: number): Sample {
  return [ms / 1_000, String(value)]
}

function lastIndex(timesMs: readonly number[], atMs: number): number {
  let low = 0
  let high = timesMs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((timesMs[middle] ?? Infinity) <= atMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

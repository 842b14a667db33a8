import type { JournalEntry, Series } from '../../verify/model/journal.ts'
import type { PrometheusSource } from '../../verify/run/ports.ts'
import { unpackSeries } from '../../verify/text/packed-series.ts'

/**
 * A Prometheus that knows what a recorded drill read at its end, as it was at an earlier moment: ALERTS and counters by a range, conditions
 * by queryRange at the recorded instants, the raw samples of their selectors, and how many series these have. It answers with what had
 * happened at `nowMs()`.
 */
export function recordedPrometheus(entries: readonly JournalEntry[], nowMs: () => number): Pick<PrometheusSource, 'query' | 'queryRange'> {
  const within = (series: readonly Series[], fromMs: number, untilMs: number): Series[] =>
    series.flatMap(({ metric, values }) => {
      const own = values.filter(([timeS]) => timeS * 1_000 >= fromMs && timeS * 1_000 <= Math.min(untilMs, nowMs()))
      return own.length === 0 ? [] : [{ metric, values: own }]
    })
  return {
    query(expr, atMs = nowMs()) {
      const sampled = samplesOf(entries, expr)
      if (sampled !== undefined) {
        const found = within(sampled.series, atMs - sampled.seconds * 1_000, atMs)
        return Promise.resolve(sampled.counts ? [{ metric: {}, values: [[atMs / 1_000, String(found.length)]] }] : found)
      }
      const [, metric = '', seconds = '0'] = /^(\w+)\[(\d+)s\]$/.exec(expr) ?? []
      const entry = entries.find((each) => (each.kind === 'alerts-series' || each.kind === 'health') && each.metric === metric)
      return Promise.resolve(entry !== undefined && 'series' in entry ? within(entry.series, atMs - Number(seconds) * 1_000, atMs) : [])
    },
    // Its instants are not those that are asked for: each stands for the next of them.
    queryRange(expr, startMs, endMs, stepMs) {
      const entry = entries.find((each) => each.kind === 'evaluated' && each.what === 'value' && each.expr === expr)
      return Promise.resolve(entry?.kind === 'evaluated' ? within(entry.series, startMs - stepMs + 1, endMs) : [])
    },
  }
}

const COUNTED = /^count\(last_over_time\((.+)\)\)$/s

/** What a drill read of a selector over a range, or counted the series of; undefined: it asked no such thing. */
function samplesOf(entries: readonly JournalEntry[], expr: string): { series: Series[]; seconds: number; counts: boolean } | undefined {
  const counted = COUNTED.exec(expr)?.[1]
  const [, text = '', seconds = '0'] = /^(.+)\[(\d+)s\]$/s.exec(counted ?? expr) ?? []
  const sampled = entries
    .flatMap((entry) => (entry.kind === 'signal-samples' ? entry.selectors : []))
    .find(({ query }) => text !== '' && query.replace(/\[\d+s\]$/, '') === text)
  return sampled === undefined
    ? undefined
    : { series: sampled.series.map(unpackSeries), seconds: Number(seconds), counts: counted !== undefined }
}

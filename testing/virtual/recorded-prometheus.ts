import type { JournalEntry, Series } from '../../verify/model/journal.ts'
import type { PrometheusSource } from '../../verify/run/ports.ts'

/**
 * A Prometheus that knows what a recorded drill read at its end, as it was at an earlier moment: ALERTS and counters by a range, conditions
 * by queryRange at the recorded instants. It answers with what had happened at `nowMs()`.
 */
export function recordedPrometheus(entries: readonly JournalEntry[], nowMs: () => number): Pick<PrometheusSource, 'query' | 'queryRange'> {
  const within = (series: readonly Series[], fromMs: number, untilMs: number): Series[] =>
    series.flatMap(({ metric, values }) => {
      const own = values.filter(([timeS]) => timeS * 1_000 >= fromMs && timeS * 1_000 <= Math.min(untilMs, nowMs()))
      return own.length === 0 ? [] : [{ metric, values: own }]
    })
  return {
    query(expr, atMs = nowMs()) {
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

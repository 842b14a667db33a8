import type { JournalEntry, LoadedGroup, Series } from '../../verify/model/journal.ts'
import type { Labels } from '../../verify/model/spec.ts'
import type { PlannedExperiment } from '../../verify/model/plan.ts'
import { loadedCandidates } from '../../verify/backtest/candidate.ts'
import type { Candidate } from '../../verify/backtest/candidate.ts'
import { withoutLabels } from '../../verify/promql/labels.ts'
import { RecordedWorld } from './recorded-world.ts'
import type { RecordedSeries } from './recorded-world.ts'

export interface DrillWorld {
  world: RecordedWorld
  rules: Candidate[]
  fromMs: number
  untilMs: number
  experiments: PlannedExperiment[]
}

/**
 * What a Prometheus would still hold of a recorded drill: ALERTS, its own counters and scrapes, raw; of each rule's condition whether it
 * held at each evaluation (`held_ALERT`, 1 or 0), for of what it is made the journal has no raw samples. The rules are those that were
 * loaded, asking for that.
 */
export function drillWorld(entries: readonly JournalEntry[]): DrillWorld {
  const header = entries.find((entry) => entry.kind === 'header')
  if (header?.kind !== 'header') throw new Error('no header')
  const experiments = header.plan.experiments
  const series = entries.flatMap((entry): RecordedSeries[] => {
    if (entry.kind === 'alerts-series') return entry.series.map(recorded)
    if (entry.kind === 'health')
      return entry.series.map((each) => ({ ...recorded(each), metric: { __name__: entry.metric, ...each.metric } }))
    if (entry.kind === 'raw')
      return entry.series.map((each) => ({ ...recorded(each), metric: { __name__: entry.query.replace(/\[.*/, ''), ...each.metric } }))
    return []
  })
  let [fromMs, untilMs] = [0, 0]
  for (const { alert, id } of new Map(experiments.map((experiment) => [experiment.alert, experiment])).values()) {
    const condition = entries.find((entry) => entry.kind === 'evaluated' && entry.experiment === id && entry.what === 'condition')
    if (condition?.kind !== 'evaluated') continue
    ;({ startMs: fromMs, endMs: untilMs } = condition)
    const timesMs = Array.from({ length: Math.floor((untilMs - fromMs) / condition.stepMs) + 1 }, (_, n) => fromMs + n * condition.stepMs)
    for (const { metric, values } of condition.series) {
      const held = new Set(values.map(([s]) => Math.round(s * 1_000)))
      series.push({
        metric: { ...withoutLabels(metric, ['__name__']), __name__: `held_${alert}` },
        timesMs,
        values: timesMs.map((t) => (held.has(t) ? 1 : 0)),
      })
    }
  }
  const build = series.find(({ metric }) => metric['__name__'] === 'process_start_time_seconds' && metric['job'] === 'prometheus')
  if (build !== undefined)
    series.push({
      metric: { ...build.metric, __name__: 'prometheus_build_info' },
      timesMs: build.timesMs,
      values: build.timesMs.map(() => 1),
    })
  const rules = entries.findLast((entry) => entry.kind === 'rules')
  const groups = (rules?.kind === 'rules' ? rules.groups : []).map((group): LoadedGroup => ({
    ...group,
    rules: group.rules.map((rule) => (rule.type === 'alerting' ? { ...rule, query: `held_${rule.name} > 0` } : rule)),
  }))
  // The last evaluation may not have been committed when ALERTS was read.
  return { world: new RecordedWorld(series, groups), rules: loadedCandidates(groups), fromMs, untilMs: untilMs - 1_000, experiments }
}

function recorded({ metric, values }: Series): RecordedSeries {
  return { metric: metric as Labels, timesMs: values.map(([s]) => Math.round(s * 1_000)), values: values.map(([, value]) => Number(value)) }
}

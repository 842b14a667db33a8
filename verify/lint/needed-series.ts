import type { Labels } from '../model/spec.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import type { LintInput } from './lint-check.ts'
import { dashboardsOf } from '../config/grafana/dashboards.ts'
import { walk, type Expr } from '../promql/ast.ts'
import { parsePromql } from '../promql/parse-promql.ts'

/** A recorded series of a metric that a rule or a panel asks for, and the labels of it that count. */
export interface NeededSeries {
  job: string
  metric: string
  labels: Labels
  kept: string[]
}

/** Prometheus adds these itself, after any relabelling. */
const REPORTED = /^(up|scrape_.*)$/

export function neededSeries({
  spec,
  config,
  catalogue,
  facts,
}: Pick<LintInput, 'spec' | 'config' | 'catalogue' | 'facts'>): NeededSeries[] {
  const texts = [
    ...spec.rules.flatMap(({ condition }) => [condition.expr, condition.value]),
    ...config.rules.map(({ expr }) => expr),
    ...config.recordings.map(({ expr }) => expr),
    ...dashboardsOf(config, facts).flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr ?? []))),
  ]
  const parsed = texts.flatMap((text) => {
    const result = parsePromql(text)
    return result.ok ? [result.expr] : []
  })
  const metrics = new Map<string, Set<string>>()
  const annotated = [...spec.rules.flatMap(({ annotations }) => Object.values(annotations))].flatMap((text) =>
    [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label),
  )
  for (const expr of parsed) {
    const all: Expr[] = [...walk(expr)]
    const grouped = all.flatMap((each) => (each.kind === 'aggregate' && each.grouping.kind === 'by' ? each.grouping.labels : []))
    for (const each of all) {
      if (each.kind !== 'selector' || each.metric === null || REPORTED.test(each.metric)) continue
      const labels = metrics.get(each.metric) ?? new Set(['job', 'instance'])
      for (const label of [
        ...grouped,
        ...annotated,
        ...each.matchers.map((matcher) => matcher.label),
        ...(each.metric.endsWith('_bucket') ? ['le'] : []),
      ])
        labels.add(label)
      metrics.set(each.metric, labels)
    }
  }
  return catalogue.targets.flatMap(({ job, metrics: recorded }) =>
    [...metrics].flatMap(([metric, kept]) =>
      (recorded.get(metric)?.series ?? []).map(({ labels }) => ({ job, metric, labels, kept: [...kept] })),
    ),
  )
}

export function recordedSamples({ targets }: Catalogue, job: string): number {
  const recorded = targets.find((target) => target.job === job)
  return recorded === undefined
    ? 0
    : [...recorded.metrics.values()].reduce((sum, { name, series }) => sum + (REPORTED.test(name) ? 0 : series.length), 0)
}

import { remark } from '../check.ts'
import type { Check } from '../check.ts'
import { panelsOf, withVariables } from '../dashboards.ts'
import { didYouMean } from '../nearest.ts'
import { selectors } from '../promql/ast.ts'
import { accepts } from '../promql/matchers.ts'
import { parsePromql } from '../promql/parse.ts'

export const check: Check = {
  meta: {
    id: 'panel-queries-work', area: 'grafana', severity: 'error', needs: ['dashboard'],
    title: 'Every panel\'s query is PromQL over metrics that exist', failureTitle: 'A panel\'s query is broken or asks for what no target exposes',
    why: 'A panel without data looks like a quiet system.',
  },
  *judge({ config, facts }) {
    const prometheusUids = new Set(config.datasources.flatMap((file) => file.get('datasources')?.items() ?? []).filter((source) => source.string('type') === 'prometheus').map((source) => source.string('uid') ?? source.string('name') ?? ''))
    const recorded = new Set(config.recordings.map((recording) => recording.record))
    for (const dashboard of config.dashboards) {
      for (const panel of panelsOf(dashboard)) {
        for (const target of panel.targets) {
          if (target.datasourceUid !== undefined && prometheusUids.size > 0 && !prometheusUids.has(target.datasourceUid) && !target.datasourceUid.startsWith('$')) continue
          const parsed = parsePromql(withVariables(target.expr, dashboard))
          if (!parsed.ok) {
            yield remark(panel.title, target.at, 'PromQL', `${parsed.message}: ${target.expr}`)
            continue
          }
          for (const { metric, matchers } of selectors(parsed.expr)) {
            if (metric === null || recorded.has(metric) || /^ALERTS(_FOR_STATE)?$/.test(metric)) continue
            const jobs = facts.jobsExposing(metric)
            if (jobs?.length === 0) { yield remark(panel.title, target.at, 'a metric in the catalogue', `${metric}${didYouMean(metric, facts.metricNames())}`); continue }
            const labels = facts.labelsOf(metric)
            for (const matcher of matchers) {
              if (accepts(matcher, '') || labels === undefined) continue
              if (!labels.has(matcher.label)) yield remark(panel.title, target.at, `a label of ${metric} (${[...labels].sort().join(', ')})`, `${matcher.label}${didYouMean(matcher.label, labels)}`)
              else if (matcher.label === 'job' && jobs?.some((job) => accepts(matcher, job)) === false) yield remark(panel.title, target.at, `a job that exposes ${metric} (${jobs.join(', ')})`, matcher.value)
            }
          }
        }
      }
    }
  },
}

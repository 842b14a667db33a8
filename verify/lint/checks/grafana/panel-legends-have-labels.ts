import { warning, type Check, type Remark } from '../../lint-check.ts'
import { dashboardsOf } from '../../../config/grafana/dashboards.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { lacks, shapeOf } from '../../../promql/shape.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { groupedRemarks } from '../../grouped-remarks.ts'
import { labelWorld } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'panel-legends-have-labels',
    severity: 'warning',
    needs: ['dashboard'],
    title: 'Every label in a legend is one that the query keeps',
    failureTitle: 'A legend names a label that the query does not have: its place is empty',
    why: 'A label that was aggregated away is an empty text in the legend: all lines of the panel have the same name. https://grafana.com/docs/grafana/latest/datasources/prometheus/query-editor/#legend',
    mend: 'In the dashboard, keep the label in the aggregation (sum by (instance) ...), or name another one in legendFormat.',
    example: '"expr": "sum by (job) (up)", "legendFormat": "{{instance}}"',
  },
  *judge(input) {
    // A target may have more labels than were recorded: what counts is what an aggregation left.
    const world = { ...labelWorld(input), closed: false }
    const found: { group: string; said: Remark }[] = []
    for (const { panels } of dashboardsOf(input.config, input.facts))
      for (const { title, at, targets } of panels)
        for (const { expr, at: place } of targets) {
          const legend = at
            .items('targets')
            .find((each) => each.get('expr')?.node === place.node)
            ?.get('legendFormat')
          const asked = [...(legend?.string() ?? '').matchAll(/\{\{\s*([a-zA-Z_]\w*)\s*\}\}/g)].map(([, label = '']) => label)
          const parsed = expr === undefined || asked.length === 0 ? undefined : parsePromql(expr)
          if (legend === undefined || parsed?.ok !== true) continue
          const shape = shapeOf(parsed.expr, world)
          const gone = asked.filter((label) => label !== '__name__' && lacks(shape, label))
          const kept = [...(shape.may ?? [])].sort()
          if (gone.length > 0)
            found.push({
              group: at.text.file,
              said: warning(
                title,
                legend,
                kept.length === 0 ? 'no label: the query keeps none' : `a label of the query (${kept.join(', ')})`,
                `{{${gone.join('}}, {{')}}}${didYouMean(gone[0] ?? '', kept)}`,
              ),
            })
        }
    yield* groupedRemarks(found, 'panels')
  },
}

import { remark, type Check } from '../../lint-check.ts'
import { selectors, walk } from '../../../promql/ast.ts'
import { exprAt } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-quantile-has-buckets',
    needs: ['rules'],
    title: 'Every histogram_quantile has buckets with the label le',
    failureTitle: '`histogram_quantile` has no buckets: its result is always empty',
    why: 'histogram_quantile needs series with the label le. Over a summary, a _count or an aggregation without le it returns an empty result, without an error.',
    mend: 'In the rule file, use the metric that ends in _bucket and keep `le` in the aggregation: sum by (job, le) (rate(x_bucket[5m])).',
    example: 'expr: histogram_quantile(0.95, sum by (job) (rate(http_server_requests_seconds_bucket[5m]))) > 0.5',
  },
  *judge({ config }) {
    for (const rule of config.rules) {
      if (!rule.expr.includes('quantile')) continue
      for (const node of rule.nodes) {
        const isQuantile =
          node.kind === 'aggregate'
            ? node.op === 'quantile'
            : node.kind === 'call' && /^(?:histogram_quantile|quantile_over_time)$/.test(node.fn)
        if (!isQuantile) continue
        const at = exprAt(rule, node.span)
        const phi = node.kind === 'aggregate' ? node.param : node.kind === 'call' ? node.args[0] : undefined
        if (phi?.kind === 'number' && !(phi.value >= 0 && phi.value <= 1))
          yield remark(
            rule.alert,
            exprAt(rule, phi.span),
            `a quantile from 0 to 1${phi.value > 1 && phi.value <= 100 ? `: ${phi.value / 100}` : ''}`,
            String(phi.value),
            'A quantile above 1 is +Inf, and one below 0 is -Inf: the comparison has one answer for ever',
          )
        const operand = node.kind === 'call' && node.fn === 'histogram_quantile' ? node.args[1] : undefined
        if (operand === undefined) continue
        for (const inner of walk(operand)) {
          const dropsLe =
            inner.kind === 'aggregate' &&
            (inner.grouping.kind === 'by' ? !inner.grouping.labels.includes('le') : inner.grouping.labels.includes('le'))
          if (dropsLe)
            yield remark(rule.alert, at, 'an aggregation by le', `${inner.op} ${inner.grouping.kind} (${inner.grouping.labels.join(', ')})`)
        }
        const wrong = selectors(operand).find((selector) => selector.metric !== null && /_(count|sum|total|max)$/.test(selector.metric))
        if (wrong !== undefined) yield remark(rule.alert, at, 'a metric that ends in _bucket', wrong.metric ?? '')
      }
    }
  },
}

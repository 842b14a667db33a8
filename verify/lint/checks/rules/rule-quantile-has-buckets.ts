import { remark, type Check, type Remark } from '../../lint-check.ts'
import { children, selectors, type Expr } from '../../../promql/ast.ts'
import { isComparator } from '../../../promql/operators.ts'
import { RuleNode } from '../../../config/alerting/rule-node.ts'
import { exprAt, inlineRecordings, recordedValues } from '../../rule-views.ts'

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
  *judge(input) {
    const { config } = input
    const recordings = recordedValues(input)
    const recorded = config.recordings
      .filter(({ expr }) => expr.includes('quantile'))
      .map(({ record, expr, at }) => new RuleNode(record, expr, at, at))
    for (const rule of [...config.rules, ...recorded]) {
      yield* summedBuckets(rule)
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
        const buckets = node.kind === 'call' && node.fn === 'histogram_quantile' ? node.args[1] : undefined
        const operand = buckets === undefined ? undefined : inlineRecordings(buckets, recordings, 'windows')
        if (operand === undefined) continue
        // A native histogram has no buckets by name: https://prometheus.io/docs/specs/native_histograms/
        const named = selectors(operand).flatMap(({ metric }) => metric ?? [])
        if (named.length > 0 && !named.some((metric) => /_(?:bucket|count|sum|total|max)$|:/.test(metric))) continue
        for (const inner of rowsOf(operand)) {
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

/** Every node that rows come from: of group_left not the side that only adds labels. */
function rowsOf(expr: Expr): Expr[] {
  const group = expr.kind === 'binary' ? expr.matching?.group : undefined
  const below = expr.kind === 'binary' && group !== undefined ? [group.side === 'left' ? expr.lhs : expr.rhs] : children(expr)
  const rows = expr.kind === 'binary' && (expr.op === 'and' || expr.op === 'unless') ? [expr.lhs] : below
  return [expr, ...rows.flatMap(rowsOf)]
}

/** A bucket counts what the smaller ones count as well: their sum counts a request many times. */
function* summedBuckets(rule: RuleNode): Generator<Remark> {
  if (!rule.expr.includes('_bucket')) return
  const look = function* (node: Expr): Generator<Remark> {
    if (node.kind === 'call' && node.fn.startsWith('histogram_')) return
    // Whether there are requests at all, any sum of them says.
    if (node.kind === 'binary' && isComparator(node.op) && [node.lhs, node.rhs].some((side) => side.kind === 'number' && side.value === 0))
      return
    if (node.kind === 'aggregate' && /^(?:sum|avg)$/.test(node.op)) {
      const { kind, labels } = node.grouping
      const inner = node.expr.kind === 'call' && /^(?:rate|irate|increase)$/.test(node.expr.fn) ? node.expr.args[0] : node.expr
      if (
        inner?.kind === 'selector' &&
        inner.metric?.endsWith('_bucket') === true &&
        labels.includes('le') === (kind === 'without') &&
        !inner.matchers.some(({ label }) => label === 'le')
      )
        yield remark(
          rule.alert,
          exprAt(rule, inner.span),
          `${inner.metric.replace(/_bucket$/, '_count')}, or one bucket: {le="..."}`,
          `${node.op} of ${inner.metric} over all buckets`,
          'Buckets are added up: each counts what all smaller ones count as well',
        )
    }
    for (const child of children(node)) yield* look(child)
  }
  if (rule.parsed.ok) yield* look(rule.parsed.expr)
}

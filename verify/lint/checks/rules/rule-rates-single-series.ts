import { remark, type Check } from '../../lint-check.ts'
import type { Expr } from '../../../promql/ast.ts'
import { exprAt, recordedExpressions } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-rates-single-series',
    needs: ['rules'],
    title: 'Every rate is of single series, before any aggregation',
    failureTitle: 'A rate of an aggregate takes each restart of a target for a reset of the sum',
    why: 'rate() and increase() recognise a counter reset by a decrease. In a sum of counters one restarted target looks like a reset of all: the rate jumps by the whole sum. https://www.robustperception.io/rate-then-sum-never-sum-then-rate/',
    mend: 'In the rule file, take the rate first and aggregate after it: sum(rate(x_total[5m])).',
    example: 'expr: rate(sum by (job) (http_server_requests_seconds_count)[5m:]) > 10',
  },
  *judge(input) {
    const recordings = recordedExpressions(input)
    for (const rule of input.config.rules) {
      for (const node of rule.nodes) {
        if (node.kind !== 'call' || !/^(?:rate|irate|increase)$/.test(node.fn)) continue
        const [arg] = node.args
        const inner = arg?.kind === 'subquery' ? arg.expr : arg
        const recorded = inner?.kind === 'selector' && inner.metric !== null ? recordings.get(inner.metric) : undefined
        const of = recorded ?? inner
        const aggregate = aggregated(of)
        if (aggregate === undefined && isSum(of)) {
          yield remark(rule.alert, exprAt(rule, node.span), `${node.fn}(...) + ${node.fn}(...)`, `${node.fn} of a sum of two counters`)
          continue
        }
        if (aggregate === undefined) continue
        yield remark(
          rule.alert,
          exprAt(rule, node.span),
          aggregate === 'count'
            ? `delta(count(...)[...]): a count goes up and down`
            : /^(?:rate|irate|increase)$/.test(aggregate)
              ? `deriv(${aggregate}(...)[...]), or ${aggregate} alone`
              : `${aggregate}(${node.fn}(...))`,
          `${node.fn} of ${recorded === undefined ? '' : `a recorded `}${aggregate}(...)`,
          undefined,
          // As etcd's own rules have it: max without (...) (x) or 0 * absent(x).
          inner?.kind === 'binary' && inner.op === 'or' && /^(?:max|min)$/.test(aggregate) ? 'warning' : undefined,
        )
      }
    }
  },
}

/** The aggregation whose counters lose their resets; one of what is a rate already does no harm. */
function aggregated(expr: Expr | undefined): string | undefined {
  if (expr?.kind === 'negate') return aggregated(expr.expr)
  if (expr?.kind === 'binary') return aggregated(expr.lhs) ?? aggregated(expr.rhs)
  // A rate goes up and down: each time down is a reset to the outer one.
  if (expr?.kind === 'call' && /^(?:rate|irate|increase)$/.test(expr.fn)) return expr.fn
  if (expr?.kind !== 'aggregate' || !/^(?:sum|avg|min|max|count)$/.test(expr.op)) return undefined
  return expr.op
}

/** `a_total + b_total`: what restarts in one of them is a reset of both. */
function isSum(expr: Expr | undefined): boolean {
  return expr?.kind === 'binary' && expr.op === '+' && [expr.lhs, expr.rhs].every((side) => side.kind === 'selector' || isSum(side))
}

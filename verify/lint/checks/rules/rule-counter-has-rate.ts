import { remark, type Check, type LintInput } from '../../lint-check.ts'
import type { Expr } from '../../../promql/ast.ts'
import { parsedRule } from '../../../config/alerting/alert-rules.ts'
import { exprAt } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-counter-has-rate',
    area: 'rules',
    severity: 'warning',
    needs: ['rules'],
    title: 'No counter is compared without rate, and no gauge with it',
    failureTitle: 'A counter is compared without rate, or a gauge with it',
    why: 'A counter only grows: once above the threshold it stays above it until the process restarts. rate() of a gauge takes every decrease for a counter reset.',
    mend: 'In the rule file, wrap the counter in rate() or increase() with a window; take rate() off a gauge.',
    example: 'expr: http_server_requests_seconds_count{status="429"} > 1000',
  },
  *judge(input) {
    for (const rule of input.config.rules) {
      const result = parsedRule(rule)
      if (!result.ok) continue
      for (const { expr, raw } of compared(result.expr, input, true)) {
        if (expr.kind !== 'selector') continue
        yield remark(
          rule.alert,
          exprAt(rule, expr.span),
          raw ? `rate(${expr.metric ?? ''}[...])` : `${expr.metric ?? ''} without rate`,
          raw ? `the counter ${expr.metric ?? ''} without rate` : `rate of the gauge ${expr.metric ?? ''}`,
        )
      }
    }
  },
}

/** Functions that leave a counter a counter, and those of gauges, to which a restart is a decrease. */
const AS_IT_IS = /^(?:abs|ceil|floor|round|clamp|clamp_max|clamp_min|max_over_time|min_over_time|avg_over_time|last_over_time|i?delta)$/

/** Buckets that reach histogram_quantile as they are: its answer is that of all requests since the process was started. */
function* buckets(expr: Expr): Generator<{ expr: Expr; raw: boolean }> {
  if (expr.kind === 'selector' && expr.rangeMs === undefined && expr.metric?.endsWith('_bucket') === true) yield { expr, raw: true }
  else if (expr.kind === 'aggregate') yield* buckets(expr.expr)
}

/** Counters that reach a comparison as they are (raw), and gauges below rate. */
function* compared(expr: Expr, input: LintInput, raw: boolean): Generator<{ expr: Expr; raw: boolean }> {
  switch (expr.kind) {
    case 'selector': {
      const type = expr.metric === null ? undefined : input.facts.type(expr.metric)
      if (raw && type === 'counter') yield { expr, raw }
      if (!raw && type === 'gauge') yield { expr, raw }
      return
    }
    case 'call': {
      if (/^(rate|irate|increase)$/.test(expr.fn)) {
        for (const arg of expr.args) yield* compared(arg, input, false)
      } else if (AS_IT_IS.test(expr.fn)) {
        for (const arg of expr.args) yield* compared(arg, input, true)
      } else if (expr.fn === 'histogram_quantile') {
        for (const arg of expr.args.slice(1)) yield* buckets(arg)
      }
      return
    }
    case 'aggregate': {
      if (!/^(count|group|count_values)$/.test(expr.op)) yield* compared(expr.expr, input, raw)
      return
    }
    case 'negate': {
      yield* compared(expr.expr, input, raw)
      return
    }
    case 'binary': {
      yield* compared(expr.lhs, input, raw)
      yield* compared(expr.rhs, input, raw)
    }
  }
}

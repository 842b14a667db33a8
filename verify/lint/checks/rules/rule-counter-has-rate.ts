import { remark, type Check, type LintInput } from '../../lint-check.ts'
import { selectors, walk, type Expr } from '../../../promql/ast.ts'
import { parsedRule } from '../../../config/alerting/alert-rules.ts'
import { exprAt, inlineRecordings, recordedExpressions } from '../../rule-views.ts'
import { parsePromql, type Parsed } from '../../../promql/parse-promql.ts'

export const check: Check = {
  meta: {
    id: 'rule-counter-has-rate',
    severity: 'warning',
    needs: ['rules'],
    title: 'No counter is compared without rate, and no gauge with it',
    failureTitle: 'A counter is compared without rate, or a gauge with it',
    why: 'A counter only grows: once above the threshold it stays above it until the process restarts. rate() of a gauge takes every decrease for a counter reset.',
    mend: 'In the rule file, wrap the counter in rate() or increase() with a window; take rate() off a gauge.',
    example: 'expr: http_server_requests_seconds_count{status="429"} > 1000',
  },
  *judge(input) {
    const rated = ratedMetrics(input)
    const recordings = recordedExpressions(input)
    for (const rule of input.config.rules) {
      const result = parsedRule(rule)
      if (!result.ok) continue
      const own = new Set(selectors(result.expr).map(({ metric }) => metric))
      const inlined = inlineRecordings(result.expr, recordings)
      for (const { expr, raw } of compared(inlined, input, true, rated)) {
        if (expr.kind !== 'selector') continue
        yield remark(
          rule.alert,
          // One that a recording rule reads stands elsewhere.
          exprAt(rule, inlined === result.expr || own.has(expr.metric) ? expr.span : result.expr.span),
          raw ? `rate(${expr.metric ?? ''}[...])` : `${expr.metric ?? ''} without rate`,
          raw ? `the counter ${expr.metric ?? ''} without rate` : `rate of the gauge ${expr.metric ?? ''}`,
        )
      }
    }
  },
}

/** Metrics that rate() or increase() is taken of somewhere: what is exposed without a type is a counter if its specification says so. */
function ratedMetrics({ config, spec }: LintInput): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (result: Parsed): void => {
    for (const node of result.ok ? walk(result.expr) : [])
      if (node.kind === 'call' && /^(?:rate|irate|increase)$/.test(node.fn))
        for (const { metric } of selectors(node)) if (metric !== null) found.add(metric)
  }
  for (const { condition } of spec.rules) look(parsePromql(condition.expr))
  for (const rule of config.rules) look(parsedRule(rule))
  for (const { expr } of config.recordings) look(parsePromql(expr))
  return found
}

/** Functions that leave a counter a counter, and those of gauges, to which a restart is a decrease. */
const AS_IT_IS =
  /^(?:abs|ceil|floor|round|clamp|clamp_max|clamp_min|max_over_time|min_over_time|avg_over_time|last_over_time|i?delta|deriv|predict_linear)$/

/** Buckets that reach histogram_quantile as they are: its answer is that of all requests since the process was started. */
function* buckets(expr: Expr): Generator<{ expr: Expr; raw: boolean }> {
  if (expr.kind === 'selector' && expr.rangeMs === undefined && expr.metric?.endsWith('_bucket') === true) yield { expr, raw: true }
  else if (expr.kind === 'aggregate') yield* buckets(expr.expr)
}

function isSameCounter(a: Expr, b: Expr): boolean {
  const [mine, theirs] = [a, b].map((side) => selectors(side).map(({ metric }) => metric))
  return mine?.length === 1 && mine[0] !== null && mine[0] === theirs?.[0]
}

/** Counters that reach a comparison as they are (raw), and gauges below rate. */
function* compared(expr: Expr, input: LintInput, raw: boolean, rated: ReadonlySet<string>): Generator<{ expr: Expr; raw: boolean }> {
  switch (expr.kind) {
    case 'selector': {
      const type = expr.metric === null ? undefined : input.facts.type(expr.metric)
      const isCounter = type === 'counter' || ((type === undefined || type === 'untyped') && rated.has(expr.metric ?? ''))
      if (raw && isCounter) yield { expr, raw }
      if (!raw && type === 'gauge') yield { expr, raw }
      return
    }
    case 'call': {
      if (/^(rate|irate|increase)$/.test(expr.fn)) {
        for (const arg of expr.args) yield* compared(arg, input, false, rated)
      } else if (AS_IT_IS.test(expr.fn)) {
        for (const arg of expr.args) yield* compared(arg, input, true, rated)
      } else if (expr.fn === 'histogram_quantile') {
        for (const arg of expr.args.slice(1)) yield* buckets(arg)
      }
      return
    }
    case 'aggregate': {
      if (!/^(count|group|count_values)$/.test(expr.op)) yield* compared(expr.expr, input, raw, rated)
      return
    }
    case 'negate': {
      yield* compared(expr.expr, input, raw, rated)
      return
    }
    case 'binary': {
      // What a counter has grown by since then.
      if (expr.op === '-' && isSameCounter(expr.lhs, expr.rhs)) return
      yield* compared(expr.lhs, input, raw, rated)
      yield* compared(expr.rhs, input, raw, rated)
    }
  }
}

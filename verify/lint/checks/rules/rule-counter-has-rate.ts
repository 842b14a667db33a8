import { remark, type Check, type LintInput } from '../../lint-check.ts'
import { selectors, walk, type Expr, type Selector } from '../../../promql/ast.ts'
import { isComparator } from '../../../promql/operators.ts'
import { exprAt, inlineRecordings, recordedExpressions } from '../../rule-views.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'

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
    const isCounter = countersOf(input)
    const recordings = recordedExpressions(input)
    for (const rule of input.config.rules) {
      const result = rule.parsed
      if (!result.ok) continue
      const inlined = inlineRecordings(result.expr, recordings)
      const found: Compared[] = []
      compared(inlined, true, (metric, raw) => (raw ? isCounter(metric) : input.facts.type(metric) === 'gauge'), found)
      for (const { expr, raw } of found) {
        yield remark(
          rule.alert,
          // One that a recording rule reads stands elsewhere.
          exprAt(
            rule,
            inlined === result.expr || rule.selectors.some(({ metric }) => metric === expr.metric) ? expr.span : result.expr.span,
          ),
          raw ? `rate(${expr.metric ?? ''}[...])` : `${expr.metric ?? ''} without rate`,
          raw ? `the counter ${expr.metric ?? ''} without rate` : `rate of the gauge ${expr.metric ?? ''}`,
        )
      }
    }
  },
}

/** What is exposed without a type is a counter if rate() or increase() is taken of it somewhere. */
function countersOf(input: LintInput): (metric: string) => boolean {
  let rated: ReadonlySet<string> | undefined
  return (metric) => {
    const type = input.facts.type(metric)
    if (type !== undefined && type !== 'untyped') return type === 'counter'
    return COUNTS_EVENTS.test(metric) || (rated ??= ratedMetrics(input)).has(metric)
  }
}

/** Names of counters, of any program: what has failed or was restarted only grows. */
const COUNTS_EVENTS =
  /_(?:errors?|failures?|failed|fail|restarts?|retries|timeouts?|drops|dropped|rejected|rejections|exceptions|panics|crashes|evictions|kills|aborts?)_total$/

function ratedMetrics({ config, spec }: LintInput): ReadonlySet<string> {
  const found = new Set<string>()
  const look = (nodes: readonly Expr[]): void => {
    for (const node of nodes)
      if (node.kind === 'call' && RATES.test(node.fn)) for (const { metric } of selectors(node)) if (metric !== null) found.add(metric)
  }
  for (const rule of config.rules) look(rule.nodes)
  for (const expr of [...spec.rules.map(({ condition }) => condition.expr), ...config.recordings.map((recording) => recording.expr)]) {
    const result = parsePromql(expr)
    if (result.ok) look(walk(result.expr))
  }
  return found
}

const RATES = /^(?:rate|irate|increase)$/

/** Functions that leave a counter a counter, and those of gauges, to which a restart is a decrease. */
const AS_IT_IS =
  /^(?:abs|ceil|floor|round|clamp|clamp_max|clamp_min|max_over_time|min_over_time|avg_over_time|last_over_time|i?delta|deriv|predict_linear)$/

/** Buckets that reach histogram_quantile as they are: its answer is that of all requests since the process was started. */
function buckets(expr: Expr, found: Compared[]): void {
  if (expr.kind === 'aggregate') buckets(expr.expr, found)
  else if (expr.kind === 'selector' && expr.rangeMs === undefined && expr.metric?.endsWith('_bucket') === true)
    found.push({ expr, raw: true })
}

interface Compared {
  expr: Selector
  raw: boolean
}

function isSameCounter(a: Expr, b: Expr): boolean {
  const [mine, theirs] = [a, b].map((side) => selectors(side).map(({ metric }) => metric))
  return mine?.length === 1 && mine[0] !== null && mine[0] === theirs?.[0]
}

function isRated(side: Expr): boolean {
  return walk(side).some((node) => node.kind === 'call' && /^(?:rate|irate|increase|changes)$/.test(node.fn))
}

/** Counters that reach a comparison as they are (raw), and gauges below rate. */
function compared(expr: Expr, raw: boolean, isWrong: (metric: string, raw: boolean) => boolean, found: Compared[]): void {
  switch (expr.kind) {
    case 'selector':
      if (expr.metric !== null && isWrong(expr.metric, raw)) found.push({ expr, raw })
      return
    case 'call':
      if (RATES.test(expr.fn)) for (const arg of expr.args) compared(arg, false, isWrong, found)
      else if (AS_IT_IS.test(expr.fn)) for (const arg of expr.args) compared(arg, true, isWrong, found)
      else if (expr.fn === 'histogram_quantile') for (const arg of expr.args.slice(1)) buckets(arg, found)
      return
    case 'aggregate':
      if (!/^(count|group|count_values)$/.test(expr.op)) compared(expr.expr, raw, isWrong, found)
      return
    case 'negate':
    case 'subquery':
      compared(expr.expr, raw, isWrong, found)
      return
    case 'binary':
      // What a counter has grown by since then, or that it is new; and one that still grows.
      if (/^(?:-|unless)$/.test(expr.op) && isSameCounter(expr.lhs, expr.rhs)) return
      if (expr.op === 'and' && isSameCounter(expr.lhs, expr.rhs) && [expr.lhs, expr.rhs].some(isRated)) return
      compared(expr.lhs, raw, isWrong, found)
      // `and x`, `unless x` ask whether there is a row, not for its value.
      if (/^(?:and|unless)$/.test(expr.op) && !walk(expr.rhs).some((node) => node.kind === 'binary' && isComparator(node.op))) return
      compared(expr.rhs, raw, isWrong, found)
  }
}

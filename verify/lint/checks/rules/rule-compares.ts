import { remark, type Check } from '../../lint-check.ts'
import { children, type Expr, type Selector } from '../../../promql/ast.ts'
import { alternatives, filters, isConstant, withoutGuards } from '../../../promql/filters.ts'
import { isComparator } from '../../../promql/operators.ts'
import { labelsOf } from '../../../config/alerting/alert-rules.ts'
import { exprAt, inlineRecordings, recordedExpressions } from '../../rule-views.ts'

/** https://github.com/prometheus-operator/kube-prometheus: Watchdog. Others: DeadMansSwitch, Heartbeat, AlwaysFiring. */
const SWITCH = /watch.?dog|dead.?man|heart.?beat|always|alive|snitch|e2e|end.to.end|\btest|^none$/i

export const check: Check = {
  meta: {
    id: 'rule-compares',
    needs: ['rules'],
    title: 'Every condition compares a value with a threshold',
    failureTitle: 'A condition compares nothing: the alert always fires',
    why: 'A rule fires for every row of its result, also when the value is 0. Without a comparison, with `bool`, and in an `or` that binds weaker than the comparison, the row is always there.',
    mend: 'In the rule file, compare the whole of the expression with a threshold, take `bool` out, and write `(a or vector(0)) > 1` with parentheses.',
    example: 'expr: sum(rate(errors_total[5m])) or vector(0) >= 0.05',
  },
  *judge(input) {
    const recordings = recordedExpressions(input)
    for (const rule of input.config.rules) {
      const result = rule.parsed
      if (!result.ok) continue
      if (isConstant(result.expr)) {
        // A dead man's switch fires always, and is meant to: its name or its texts say so.
        const texts = [rule.alert, ...rule.at.pairs('annotations').map(([, at]) => at.string() ?? ''), ...Object.values(labelsOf(rule))]
        if (!texts.some((each) => SWITCH.test(each)))
          yield remark(rule.alert, exprAt(rule, result.expr.span), 'a comparison with a threshold', 'a constant, whose row is always there')
        continue
      }
      const whole = inlineRecordings(result.expr, recordings)
      const constant = alwaysThere(whole)
      if (constant !== undefined) {
        const at = inside(result.expr, constant) ? constant.span : result.expr.span
        yield remark(
          rule.alert,
          exprAt(rule, at),
          'or on() vector(...)',
          'a constant, whose row is always there: the other side has labels',
        )
        continue
      }
      const each = alternatives(whole)
      const late = each.find(isLateComparison)
      const open = each.find((alternative) => !filters(withoutGuards(alternative)) && !isLateComparison(alternative))
      if (open === undefined) continue
      // A series of a name alone may exist only while something is wrong.
      if (open.kind === 'selector' && isState(open)) continue
      const unknown = open.kind === 'selector' && open.metric !== null && input.facts.labelsOf(open.metric) === undefined
      const { expected, observed } =
        late === undefined || late.kind !== 'binary'
          ? asWritten(open)
          : {
              expected: `parentheses: (... or ${text(rule.expr, late.lhs)}) ${late.op} ${text(rule.expr, late.rhs)}`,
              observed: `\`or\` binds weaker than \`${late.op}\`: only ${text(rule.expr, late.lhs)} is compared`,
            }
      const at = inside(result.expr, open) ? open.span : result.expr.span
      yield remark(rule.alert, exprAt(rule, at), expected, observed, undefined, unknown ? 'warning' : undefined)
    }
  },
}

/**
 * A metric that is always 1 and says a state by its labels: the row is there while the state is. https://prometheus.io/docs/practices/naming/
 */
function isState({ metric, matchers }: Selector): boolean {
  return (
    /_(?:info|metadata)$/.test(metric ?? '') && matchers.some(({ label }) => !/^(?:job|instance|namespace|cluster|service)$/.test(label))
  )
}

/** `(redis_up or vector(0)) < 1`: the row without labels is there beside those that have some, and meets the comparison. */
function alwaysThere(expr: Expr): Expr | undefined {
  if (expr.kind !== 'binary' || !isComparator(expr.op) || expr.bool || !isConstant(expr.rhs)) return undefined
  const { lhs } = expr
  if (lhs.kind !== 'binary' || lhs.op !== 'or' || lhs.matching !== undefined || !isConstant(lhs.rhs)) return undefined
  const [value, threshold] = [numberOf(lhs.rhs), numberOf(expr.rhs)]
  if (value === undefined || threshold === undefined || !keepsLabels(lhs.lhs)) return undefined
  const meets = { '>': value > threshold, '>=': value >= threshold, '<': value < threshold, '<=': value <= threshold }[expr.op as '>']
  return (meets ?? (expr.op === '==' ? value === threshold : value !== threshold)) ? lhs.rhs : undefined
}

function numberOf(expr: Expr): number | undefined {
  if (expr.kind === 'number') return expr.value
  if (expr.kind === 'negate') return ((value) => (value === undefined ? undefined : -value))(numberOf(expr.expr))
  return expr.kind === 'call' && expr.args[0] !== undefined ? numberOf(expr.args[0]) : undefined
}

/** Its rows have labels of their own: no aggregate over all, whose only row the constant takes the place of. */
function keepsLabels(expr: Expr): boolean {
  switch (expr.kind) {
    case 'selector':
      return true
    case 'aggregate':
      return (
        /^(?:topk|bottomk|limitk|count_values)$/.test(expr.op) ||
        (expr.grouping.kind === 'by' ? expr.grouping.labels.length > 0 : keepsLabels(expr.expr))
      )
    case 'negate':
    case 'subquery':
      return keepsLabels(expr.expr)
    case 'call':
      return !/^(?:absent|absent_over_time|vector|scalar|time)$/.test(expr.fn) && expr.args.some(keepsLabels)
    case 'binary':
      return (
        (expr.matching === undefined || (expr.matching.kind === 'on' && expr.matching.labels.length > 0)) &&
        (keepsLabels(expr.lhs) || keepsLabels(expr.rhs))
      )
    default:
      return false
  }
}

/** `vector(0) >= 0.05`, the last side of an `or`. */
function isLateComparison(expr: Expr): boolean {
  return expr.kind === 'binary' && isComparator(expr.op) && isConstant(expr.lhs) && isConstant(expr.rhs)
}

function asWritten(open: Expr): { expected: string; observed: string } {
  if (open.kind === 'binary' && open.bool)
    return { expected: `${open.op} without bool`, observed: `${open.op} bool, which keeps every row as 0 or 1` }
  if (isConstant(open)) return { expected: 'no row while all is well', observed: 'a constant, whose row is always there' }
  return { expected: 'a comparison with a threshold', observed: 'no comparison' }
}

function text(expr: string, { span }: Expr): string {
  return expr.slice(span.from, span.to)
}

/** Whether the node stands in the rule itself and not in a recording that it names. */
function inside(root: Expr, node: Expr): boolean {
  return root === node || children(root).some((child) => inside(child, node))
}

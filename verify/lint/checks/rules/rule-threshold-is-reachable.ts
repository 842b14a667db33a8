import { remark, type Check } from '../../lint-check.ts'
import type { Expr } from '../../../promql/ast.ts'
import { boundsOf, decided, type Bounds } from '../../../promql/bounds.ts'
import { alternatives, filters, isConstant } from '../../../promql/filters.ts'
import { contradiction, normaliseCondition, printNumber, printValue } from '../../../promql/normalise.ts'
import { isComparator } from '../../../promql/operators.ts'
import { exprAt, inlineRecordings, recordedValues } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-threshold-is-reachable',
    needs: ['rules'],
    title: 'Every threshold can be crossed, and is not always crossed',
    failureTitle: 'A comparison is never or always true',
    why: 'histogram_quantile returns at most the bound of the last finite bucket, a share is at most 1, `up` is 0 or 1. A count of nothing has no row rather than 0. Beyond these a rule never fires. Of a gauge the recording alone says that it is never negative: a warning.',
    mend: 'In the rule file, choose a threshold within the range that the finding names, or add buckets to the histogram. For "none is left" use absent(x) or `x == 0`.',
    example: 'expr: histogram_quantile(0.95, sum by (le) (rate(http_server_requests_seconds_bucket[5m]))) > 60 # last bucket: 10 s',
  },
  *judge(input) {
    const { config, facts } = input
    const recordings = recordedValues(input)
    for (const rule of config.rules) {
      const result = rule.parsed
      if (!result.ok) continue
      const compared: Comparison[] = []
      comparisons(result.expr, compared)
      let isSaid = false
      for (const alternative of compared.length > 1 ? normaliseCondition(result.expr, facts) : []) {
        const found = contradiction(alternative)
        if (found === undefined) continue
        isSaid = true
        const [one, other] = found.both
        const said = ({ comparator, threshold }: typeof one): string => `${comparator} ${printNumber(threshold)}`
        yield remark(
          rule.alert,
          exprAt(rule, one.limit ?? one.span),
          `a value of ${printValue(found.value)} that meets both conditions`,
          `${said(one)} and ${said(other)}: never both`,
        )
      }
      if (isSaid) continue
      for (const node of compared) {
        if (isConstant(node.lhs) && isConstant(node.rhs)) continue
        const [left, right] = [node.lhs, node.rhs].map((side) => boundsOf(inlineRecordings(side, recordings, 'windows'), facts))
        if (left === undefined || right === undefined) continue
        const outcome = isComparator(node.op) ? decided(left, node.op, right) : undefined
        if (outcome === undefined) continue
        // A count exists only while what it counts does: compared with 0 it asks for that.
        const asksForRows = [node.lhs, node.rhs].some(
          (side) => filters(side) || (side.kind === 'aggregate' && /^(?:count|group)$/.test(side.op)),
        )
        if (outcome === 'always' && (asksForRows || !(alternatives(result.expr).includes(node) || isMeantAsLimit(node, left, result.expr))))
          continue
        const values = isConstant(node.lhs) ? right : left
        yield remark(
          rule.alert,
          // The number is what has to change.
          exprAt(rule, [node.rhs, node.lhs].find((side) => side.kind === 'number')?.span ?? node.span),
          within(values),
          `${rule.expr.slice(node.span.from, node.span.to)} is ${outcome} true`,
          undefined,
          values.isRecorded === true ? 'warning' : undefined,
        )
      }
    }
  },
}

function within({ low, high, because }: Bounds): string {
  const [least, most] = [printNumber(low), printNumber(high)]
  const range =
    Number.isFinite(low) && Number.isFinite(high) ? `${least} to ${most}` : Number.isFinite(high) ? `at most ${most}` : `at least ${least}`
  return `a threshold between the values that there can be: ${range}${because === undefined ? '' : ` (${because})`}`
}

/** `avail / size < 10 and ...`: less than a percentage that no share reaches, which is no question whether there is a row. */
function isMeantAsLimit(node: Comparison, { high }: Bounds, root: Expr): boolean {
  const sides = (expr: Expr): Expr[] => (expr.kind === 'binary' && expr.op === 'and' ? [...sides(expr.lhs), ...sides(expr.rhs)] : [expr])
  return /^<=?$/.test(node.op) && Number.isFinite(high) && alternatives(root).some((each) => sides(each).includes(node))
}

type Comparison = Expr & { kind: 'binary' }

/** Comparisons that take rows away; not those of absent() and of what `unless` removes. */
function comparisons(expr: Expr, found: Comparison[]): void {
  switch (expr.kind) {
    case 'binary':
      if (isComparator(expr.op) && !expr.bool) found.push(expr)
      comparisons(expr.lhs, found)
      if (expr.op !== 'unless') comparisons(expr.rhs, found)
      return
    case 'aggregate':
    case 'negate':
    case 'subquery':
      comparisons(expr.expr, found)
      return
    case 'call':
      if (!/^absent/.test(expr.fn)) for (const arg of expr.args) comparisons(arg, found)
  }
}

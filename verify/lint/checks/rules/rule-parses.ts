import { causing, remark, type Check } from '../../lint-check.ts'
import { isComparator } from '../../../promql/operators.ts'
import { isScalar } from '../../../promql/shape.ts'
import { exprAt } from '../../rule-views.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'

export const check: Check = {
  meta: {
    id: 'rule-parses',
    needs: ['rules'],
    isRefusal: true,
    title: 'Every expression is valid PromQL',
    failureTitle: 'An expression is not valid PromQL',
    why: 'Prometheus rejects the whole rule file: a reload keeps the old rules, a restart fails.',
    mend: 'In the rule file, correct the expression at the caret; `promtool check rules FILE` must accept it.',
    example: 'expr: sum by (job (rate(x[5m])) > 1',
  },
  *judge({ config }) {
    for (const rule of config.rules) {
      const result = rule.parsed
      if (!result.ok) yield remark(rule.alert, rule.at.near('expr').place(result.at, result.length), 'valid PromQL', result.message)
      // "comparisons between scalars must use BOOL modifier"
      const numbers = rule.nodes.find(
        (node) => node.kind === 'binary' && isComparator(node.op) && !node.bool && isScalar(node.lhs) && isScalar(node.rhs),
      )
      if (numbers !== undefined) {
        const at = exprAt(rule, numbers.span)
        yield causing(remark(rule.alert, at, 'a vector on one side of the comparison, or bool', 'numbers alone on both sides'), [
          at.line,
          at.line,
        ])
      }
    }
    for (const { record, expr, at } of config.recordings) {
      const result = parsePromql(expr)
      if (!result.ok) yield remark(record, at.near('expr').place(result.at, result.length), 'valid PromQL', result.message)
    }
  },
}

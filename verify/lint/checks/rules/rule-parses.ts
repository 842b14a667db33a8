import { causing, remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { parsePromql, type Parsed } from '../../../promql/parse-promql.ts'
import { escapeProblem, typeProblem } from '../../../promql/type-problem.ts'

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
    for (const { alert, expr, at, parsed } of config.rules) yield* refusal(alert, expr, at, parsed)
    for (const { record, expr, at } of config.recordings) yield* refusal(record, expr, at, parsePromql(expr))
  },
}

function* refusal(name: string, text: string, at: Cursor, parsed: Parsed): Generator<Remark> {
  if (!parsed.ok) {
    yield remark(name, at.near('expr').place(parsed.at, parsed.length), 'valid PromQL', parsed.message)
    return
  }
  const problem = (text.includes('\\') ? escapeProblem(text) : undefined) ?? typeProblem(parsed.expr)
  if (problem === undefined) return
  const { from, to } = problem.span
  const said = remark(name, at.near('expr').place(from, Math.max(1, to - from)), 'an expression that Prometheus takes', problem.message)
  yield causing(said, at.lines(), 'rule-compares', 'rule-can-hold', 'rule-sides-match', 'rule-threshold-is-reachable')
}

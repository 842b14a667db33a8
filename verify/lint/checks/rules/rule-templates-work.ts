import { parsePromql } from '../../../promql/parse-promql.ts'
import { queriesIn } from '../../../config/templates/template-queries.ts'
import { remark, type Check } from '../../lint-check.ts'
import { executionProblem } from '../../../config/templates/template-types.ts'
import { PROMETHEUS } from '../../../config/templates/template-dialects.ts'

export const check: Check = {
  meta: {
    id: 'rule-templates-work',
    needs: ['rules'],
    title: 'Every template of a rule can be executed',
    failureTitle: 'A template of a rule fails when it is executed',
    why: 'Prometheus executes the templates of labels and annotations when the alert fires. One that fails becomes the text "<error expanding template: ...>" in the label or in the notification.',
    mend: 'In the rule file, write a label as {{ $labels.job }}, the value as {{ $value }}, and use the functions of https://prometheus.io/docs/prometheus/latest/configuration/template_reference/.',
    example: 'annotations:\n  runbook: "https://wiki/{{ .job }}"',
  },
  *judge({ config }) {
    for (const rule of config.rules) {
      for (const list of ['labels', 'annotations'])
        for (const [, at] of rule.at.pairs(list)) {
          const problem = executionProblem(at.string() ?? '', PROMETHEUS) ?? queryProblem(at.string() ?? '')
          if (problem !== undefined) yield remark(rule.alert, at, 'a template that can be executed', problem)
        }
    }
  },
}

function queryProblem(text: string): string | undefined {
  for (const query of queriesIn(text)) {
    const parsed = parsePromql(query)
    if (!parsed.ok) return `the query ${query}: no PromQL, ${parsed.message}`
  }
  return undefined
}

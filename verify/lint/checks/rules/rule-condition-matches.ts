import { remark, type Check, type LintInput, type Remark } from '../../check.ts'
import type { RuleNode } from '../../../config/configuration.ts'
import { compareConditions } from '../../../promql/compare.ts'
import { normaliseCondition, type Condition } from '../../../promql/normalise.ts'
import { parsedRule, rulesOf } from '../../../config/alert-rules.ts'
import { conditionOf, inlineRecordings, recordedExpressions } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-condition-matches',
    area: 'rules',
    severity: 'error',
    needs: ['rules'],
    title: 'Every condition equals the specified condition',
    failureTitle: 'A condition differs from the specification',
    why: 'A changed threshold, window or unit makes the alert fire too early, too late or never. Both expressions are compared by meaning: formatting, operand order and equal arithmetic make no difference.',
    mend: 'In the rule file, change the part of `expr` that the finding marks (threshold, comparator, window, metric, label) to what the specification says; change the specification only if the requirement changed.',
    example: 'expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.9 # specified: > 0.8',
  },
  *judge(input) {
    const recordings = recordedExpressions(input)
    for (const spec of input.spec.rules) {
      const rules = rulesOf(input, spec)
      const conditions: { rule: RuleNode; condition: Condition }[] = []
      for (const rule of rules) {
        const result = parsedRule(rule)
        if (result.ok) conditions.push({ rule, condition: normaliseCondition(inlineRecordings(result.expr, recordings), input.facts) })
      }
      if (conditions.length === rules.length && rules.length > 0)
        yield* compare(spec.alert, conditionOf(spec.condition.expr, input), conditions, input)
    }
  },
}

function* compare(
  alert: string,
  expected: Condition,
  observed: { rule: RuleNode; condition: Condition }[],
  input: LintInput,
): Generator<Remark> {
  for (const difference of compareConditions(
    expected,
    observed.flatMap(({ condition }) => condition),
    input.facts,
  )) {
    const owner =
      observed.find(({ condition }) => condition.some((alternative) => alternative.comparison.span === difference.span)) ?? observed[0]
    if (owner === undefined) continue
    const at = owner.rule.at.near('expr').place(difference.span.from, Math.max(1, difference.span.to - difference.span.from))
    yield remark(
      alert,
      at,
      difference.expected,
      difference.observed,
      `the ${difference.aspect} of ${alert} differs from the specification${difference.note === undefined ? '' : ` (${difference.note})`}`,
    )
  }
}

import { causing, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { compareConditions, type Difference } from '../../../promql/compare.ts'
import type { Facts } from '../../../model/facts.ts'
import { remembered } from '../../../text/remembered.ts'
import { selectors, type Expr, type Span } from '../../../promql/ast.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { atomsOf, normaliseCondition, type Condition } from '../../../promql/normalise.ts'
import { rulesOf } from '../../../config/alerting/alert-rules.ts'
import { conditionOf, exprAt, inlineRecordings, recordedExpressions } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-condition-matches',
    needs: ['rules'],
    title: 'Every condition equals the specified condition',
    failureTitle: 'A condition differs from the specification',
    why: 'A changed threshold, window or unit makes the alert fire too early, too late or never. Both expressions are compared by meaning: formatting, operand order and equal arithmetic make no difference.',
    mend: 'In the rule file, change the part of `expr` that the finding marks (threshold, comparator, window, metric, label) to what the specification says. Change the specification only if the requirement changed.',
    example: 'expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.9 # specified: > 0.8',
  },
  *judge(input) {
    const recordings = recordedExpressions(input)
    const recorded = input.config.recordings.map(({ record, expr, at }) => [record, expr, at.has('labels')])
    const same = sameFor(input.facts)
    for (const spec of input.spec.rules) {
      const rules = rulesOf(input, spec)
      const key = JSON.stringify([spec.condition.expr, rules.map(({ expr }) => expr), recorded])
      if (same.has(key)) continue
      const unnamed = namedBy(spec.condition.expr, recordings)
      const conditions: { rule: RuleNode; condition: Condition }[] = []
      for (const rule of rules) {
        const result = rule.parsed
        if (result.ok) conditions.push({ rule, condition: normaliseCondition(inlineRecordings(result.expr, unnamed), input.facts) })
      }
      if (conditions.length !== rules.length || rules.length === 0) continue
      const remarks = [...compare(spec.alert, conditionOf(spec.condition.expr, input), conditions, input)]
      if (remarks.length === 0) same.add(key)
      yield* remarks
    }
  },
}

/** Recordings without those that the specification itself names: what is promised of these is promised by their names. */
function namedBy(expr: string, recordings: Map<string, Expr>): Map<string, Expr> {
  const parsed = recordings.size === 0 ? undefined : parsePromql(expr)
  const named = new Set(parsed?.ok === true ? selectors(parsed.expr).map(({ metric }) => metric ?? '') : [])
  return named.size === 0 ? recordings : new Map([...recordings].filter(([record]) => !named.has(record)))
}

/** Expressions that were found to be as specified: of a change to one rule (`mutate`) the others need not be compared again. */
const sameFor = remembered((_: Facts) => new Set<string>())

function* compare(
  alert: string,
  expected: Condition,
  observed: { rule: RuleNode; condition: Condition }[],
  input: LintInput,
): Generator<Remark> {
  const differences = compareConditions(
    expected,
    observed.flatMap(({ condition }) => condition),
    input.facts,
  )
  const found = new Map<string, { rule: RuleNode; differences: [Difference, ...Difference[]] }>()
  for (const difference of leaveConsequences(differences)) {
    const rule = (observed.find(({ condition }) => [...spansOf(condition)].includes(difference.span)) ?? observed[0])?.rule
    if (rule === undefined) continue
    const key = `${difference.aspect} ${exprAt(rule, difference.span).line}`
    const known = found.get(key)
    if (known === undefined) found.set(key, { rule, differences: [difference] })
    else known.differences.push(difference)
  }
  for (const { rule, differences: same } of found.values()) {
    const [{ aspect, note, span }] = same
    const at = exprAt(rule, span)
    const said = remark(
      alert,
      at,
      [...new Set(same.map((one) => one.expected))].join(', '),
      [...new Set(same.map((one) => one.observed))].join(', '),
      `the ${aspect} of ${alert} differs from the specification${note === undefined ? '' : ` (${note})`}`,
    )
    yield causing(said, [at.line, at.line], ...FOLLOW)
  }
}

/** What follows from a number, a unit or a metric that is not the specified one. */
const FOLLOW = ['rule-threshold-is-reachable']

/** Where a metric is another, its guard and its comparison are others as well. */
function leaveConsequences(differences: readonly Difference[]): readonly Difference[] {
  const metrics = differences.filter(({ aspect }) => aspect === 'metric')
  return metrics.length === 0 ? differences : differences.filter(({ aspect }) => aspect !== 'guard' && aspect !== 'matcher')
}

function* spansOf(condition: Condition): Generator<Span> {
  for (const { comparison, guards } of condition) {
    yield comparison.span
    if (comparison.limit !== undefined) yield comparison.limit
    for (const atom of atomsOf(comparison.value)) yield atom.span
    for (const guard of guards) yield* spansOf(guard.condition)
  }
}

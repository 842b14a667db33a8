import { remark, type Check, type LintInput } from '../../check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import type { Matcher, Selector } from '../../../promql/ast.ts'
import { accepts, validRegex } from '../../../promql/matchers.ts'
import { exprAt, ruleSelectors, severityFor } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-labels-exist',
    area: 'rules',
    severity: 'error',
    needs: ['rules'],
    title: 'Every selector of a rule can be satisfied',
    failureTitle: 'A rule selects series that no target can expose: it can never fire',
    why: 'A mistyped label or job selects nothing, without an error. Only what the recorded targets prove impossible is reported: a job nobody scrapes, a label the metric never has.',
    mend: 'In the rule file, correct the label or its value in the selector; the finding lists what the metric has. If the target changed, record it again (npm run catalogue).',
    example: 'expr: up{jobb="redis"} == 0',
  },
  *judge(input) {
    for (const rule of input.config.rules) {
      for (const selector of ruleSelectors(rule)) {
        for (const matcher of selector.matchers) {
          const problem = impossible(selector, matcher, input)
          if (problem === undefined) continue
          const at = exprAt(rule, selector.span)
          yield remark(rule.alert, at, problem.expected, problem.observed, undefined, severityFor(input, rule))
        }
      }
    }
  },
}

function impossible(selector: Selector, matcher: Matcher, { facts }: LintInput): { expected: string; observed: string } | undefined {
  const text = `${matcher.label}${matcher.op}${JSON.stringify(matcher.value)}`
  if (/~/.test(matcher.op) && !validRegex(matcher.value)) return { expected: 'a regular expression (RE2)', observed: text }
  if (selector.metric === null || accepts(matcher, '')) return undefined
  const labels = facts.labelsOf(selector.metric)
  if (labels === undefined) return undefined
  if (!labels.has(matcher.label))
    return {
      expected: `a label of ${selector.metric} (${[...labels].sort().join(', ')})`,
      observed: `${text}${didYouMean(matcher.label, labels)}`,
    }
  // Jobs are a closed set; other labels get values nobody has recorded yet.
  const jobs = facts.jobsExposing(selector.metric) ?? []
  if (matcher.label === 'job' && !jobs.some((job) => accepts(matcher, job)))
    return { expected: `a job that exposes ${selector.metric} (${jobs.join(', ')})`, observed: `${text}${didYouMean(matcher.value, jobs)}` }
  return undefined
}

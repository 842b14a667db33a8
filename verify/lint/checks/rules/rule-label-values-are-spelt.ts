import { warning, type Check, type LintInput } from '../../lint-check.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import { nearest, slipOf } from '../../../text/did-you-mean.ts'
import { remembered } from '../../../text/remembered.ts'
import { pairs } from '../../rule-views.ts'

/** What most people call severities. https://prometheus.io/docs/practices/alerting/ */
const SEVERITIES = ['critical', 'warning', 'error', 'emergency', 'notice', 'minor', 'major', 'average']

export const check: Check = {
  meta: {
    id: 'rule-label-values-are-spelt',
    severity: 'warning',
    needs: ['rules'],
    title: 'Labels that routes look at have values that other rules or a route have',
    failureTitle: 'A label of a rule has a misspelt value: no route that asks for the right one takes the alert',
    why: 'Alertmanager compares labels as texts. An alert of severity "critcal" goes to the receiver of the root, with no error anywhere.',
    mend: 'In the rule file, write the value as the other rules and the routes have it.',
    example: 'labels: { severity: critcal }',
  },
  *judge(input) {
    const specified = new Set([...pairs(input)].map(([, rule]) => rule))
    const asked = askedByRoutes(input)
    const uses = new Map<string, Map<string, number>>()
    const written = input.config.rules.flatMap((rule) =>
      rule.at.pairs('labels').map(([label, at]) => ({ rule, label, at, value: at.string() ?? '' })),
    )
    for (const { label, value } of written) {
      const values = uses.get(label) ?? new Map<string, number>()
      uses.set(label, values.set(value, (values.get(value) ?? 0) + 1))
    }
    // Thousands of rules have one value.
    const meantBy = remembered((label: string) =>
      remembered((value: string) => {
        const routed = asked.get(label)
        if ((label !== 'severity' && routed === undefined) || routed?.has(value) === true) return undefined
        const values = uses.get(label) ?? new Map<string, number>()
        const others = [...values].filter(([, count]) => count > (values.get(value) ?? 0)).map(([each]) => each)
        return misspelt(value, [...others, ...(routed ?? []), ...(label === 'severity' ? SEVERITIES : [])])
      }),
    )
    for (const { rule, label, at, value } of written) {
      // What is specified is compared with its specification: rule-labels-match.
      const meant = specified.has(rule) ? undefined : meantBy(label)(value)
      if (meant !== undefined) yield warning(rule.alert, at, `${label}: ${meant}`, `${label}: ${value}`)
    }
  },
}

/** Values that routes ask for by =, by label. */
function askedByRoutes({ config }: LintInput): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>()
  for (const alertmanager of config.alertmanager) {
    const root = routeTree(alertmanager)
    for (const { matchers } of root === undefined ? [] : allRoutes(root))
      for (const { label, op, value } of matchers) if (op === '=') asked.set(label, (asked.get(label) ?? new Set()).add(value))
  }
  return asked
}

/** A slip of the fingers, or one letter in a long word: p1 and p2, warn and warning are words of their own. */
function misspelt(value: string, known: readonly string[]): string | undefined {
  if (value.length < 5 || /\d|\{\{/.test(value) || SEVERITIES.includes(value)) return undefined
  const words = new Set(known.filter((each) => !/\d/.test(each)))
  return slipOf(value, words) ?? (value.length < 6 ? undefined : nearest(value, [...words], 1))
}

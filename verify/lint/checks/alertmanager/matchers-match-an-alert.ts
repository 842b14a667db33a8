import { causing, remark, warning, type Check } from '../../lint-check.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import { excluding } from '../../../routing/matcher-sets.ts'
import { matchersOf } from '../../../routing/tree.ts'
import { deadMatchersOf, knownAlerts, slippedMatchersOf, strangeMatchersOf, type DeadMatcher } from '../../known-alerts.ts'

export const check: Check = {
  meta: {
    id: 'matchers-match-an-alert',
    needs: ['alertmanager'],
    title: 'Every matcher can match an alert',
    failureTitle: 'A matcher matches no alert',
    why: '= compares the whole value as a text: "*" and "a|b" are no patterns there, and quotes within quotes belong to the value. Alertmanager accepts such a matcher, and its route or inhibit rule is never used. A label that no rule sets, no series of its expression has and external_labels does not add is a warning: another Prometheus may send it.',
    mend: 'In alertmanager.yml, write \'severity = "critical"\' with the value in double quotes, and =~ for a pattern; to match every alert leave the matcher out.',
    example: '- receiver: slack\n  matchers: [\'alertname = "*"\']',
  },
  *judge(input) {
    const alerts = knownAlerts(input)
    for (const alertmanager of input.config.alertmanager) {
      const root = routeTree(alertmanager)
      const places = [
        ...(root === undefined ? [] : [...allRoutes(root)].map((route) => ({ subject: route.receiver, at: route.at, side: '' as const }))),
        ...alertmanager
          .items('inhibit_rules')
          .flatMap((at) => (['source_', 'target_'] as const).map((side) => ({ subject: 'inhibit_rules', at, side }))),
      ]
      const said = ({ matcher, reason }: DeadMatcher): string =>
        `${matcher.label} ${matcher.op} ${JSON.stringify(matcher.value)}: ${reason}`
      for (const { subject, at, side } of places) {
        const dead = deadMatchersOf(at, side, alerts)
        for (const each of dead) yield remark(subject, each.at, 'a matcher that an alert can satisfy', said(each))
        if (dead.length > 0) continue
        for (const each of slippedMatchersOf(at, side, alerts))
          yield causing(
            remark(subject, each.at, 'a matcher of what alerts have', said(each), 'A matcher is misspelt'),
            at.lines(),
            ...CONSEQUENCES,
          )
        const both = side === '' ? undefined : excluding(matchersOf(at, side).matchers)
        if (both !== undefined)
          yield causing(
            remark(
              subject,
              at.near(`${side}matchers`),
              'matchers that an alert can satisfy',
              both.map(({ label, op, value }) => `${label} ${op} ${JSON.stringify(value)}`).join(' and '),
            ),
            at.lines(),
            ...CONSEQUENCES,
          )
        for (const each of strangeMatchersOf(at, side, input)) yield warning(subject, each.at, 'a label that an alert has', said(each))
      }
    }
  },
}

/** Where alerts go, or what is inhibited, follows from it. */
const CONSEQUENCES = ['route-reaches-receiver', 'inhibition-matches']

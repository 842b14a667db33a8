import { remark, type Check } from '../../lint-check.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import { deadMatchersOf, knownAlerts, type DeadMatcher } from '../../known-alerts.ts'

export const check: Check = {
  meta: {
    id: 'matchers-match-an-alert',
    area: 'alertmanager',
    severity: 'error',
    needs: ['alertmanager'],
    title: 'Every matcher can match an alert',
    failureTitle: 'A matcher matches no alert',
    why: '= compares the whole value as a text: "*" and "a|b" are no patterns there, and quotes within quotes belong to the value. Alertmanager accepts such a matcher, and its route or inhibit rule is never used.',
    mend: 'In alertmanager.yml, write \'severity = "critical"\' with the value in double quotes, and =~ for a pattern; to match every alert leave the matcher out.',
    example: '- receiver: slack\n  matchers: [\'alertname = "*"\']',
  },
  *judge(input) {
    const alerts = knownAlerts(input)
    for (const alertmanager of input.config.alertmanager) {
      const root = routeTree(alertmanager)
      const found: [string, DeadMatcher][] = []
      for (const route of root === undefined ? [] : allRoutes(root))
        found.push(...deadMatchersOf(route.at, '', alerts).map((dead): [string, DeadMatcher] => [route.receiver, dead]))
      for (const rule of alertmanager.items('inhibit_rules'))
        for (const side of ['source_', 'target_'] as const)
          found.push(...deadMatchersOf(rule, side, alerts).map((dead): [string, DeadMatcher] => ['inhibit_rules', dead]))
      for (const [subject, { matcher, reason, at }] of found)
        yield remark(
          subject,
          at,
          'a matcher that an alert can satisfy',
          `${matcher.label} ${matcher.op} ${JSON.stringify(matcher.value)}: ${reason}`,
        )
    }
  },
}

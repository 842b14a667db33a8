import type { Matcher } from '../../../model/route.ts'
import { routesFor } from '../../../routing/tree.ts'
import { alertLabels, nearMisses, sentBy } from '../../../config/alerting/routed-alerts.ts'
import { remark, type Check } from '../../lint-check.ts'
import { allRoutes, routeTree, type Route } from '../../../config/alerting/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'route-is-reachable',
    needs: ['alertmanager'],
    title: 'Every route can be reached',
    failureTitle: 'A route can never be reached',
    why: 'The first matching route without `continue` ends the search: a route below one that matches the same alerts is never used.',
    mend: 'In alertmanager.yml, move the route above the one that takes its alerts, or correct its matchers.',
    example:
      'routes:\n  - receiver: default\n  - receiver: critical # the route above takes every alert\n    matchers: [\'severity = "critical"\']',
  },
  *judge({ spec, config }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      const alerts = [...spec.rules.flatMap(alertLabels), ...nearMisses(spec, config)]
      const reached = new Set(alerts.flatMap((labels) => sentBy(config, labels)).flatMap((labels) => routesFor(root, labels)))
      for (const route of allRoutes(root)) {
        const siblings = route.parent?.routes ?? []
        const blocker = siblings
          .slice(0, siblings.indexOf(route))
          .find((other) => !other.continues && covers(other.matchers, route.matchers))
        if (blocker !== undefined)
          yield remark(
            route.receiver,
            route.at,
            'a route that an alert can reach',
            `the route to ${blocker.receiver} at line ${blocker.at.place().line} matches the same alerts first`,
          )
        else if (!reached.has(route) && route.routes.length === 0 && contradictory(route))
          yield remark(
            route.receiver,
            route.at,
            'matchers that an alert can satisfy',
            'matchers that contradict each other or those of a parent route',
          )
      }
    }
  },
}

/** Whether everything that passes `inner` passes `outer`: its matchers are among them. */
function covers(outer: Matcher[], inner: Matcher[]): boolean {
  return outer.every((matcher) =>
    inner.some((other) => other.label === matcher.label && other.op === matcher.op && other.value === matcher.value),
  )
}

function contradictory(route: Route): boolean {
  const all: Matcher[] = []
  for (let at: Route | null = route; at !== null; at = at.parent) all.push(...at.matchers)
  return all.some(
    (matcher) =>
      matcher.op === '=' &&
      all.some(
        (other) =>
          other.label === matcher.label &&
          ((other.op === '=' && other.value !== matcher.value) || (other.op === '!=' && other.value === matcher.value)),
      ),
  )
}

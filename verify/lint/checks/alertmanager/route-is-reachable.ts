import type { Matcher } from '../../../model/route.ts'
import { excluding, takenBy } from '../../../routing/matcher-sets.ts'
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
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      for (const route of allRoutes(root)) {
        const siblings = route.parent?.routes ?? []
        const earlier = siblings.slice(0, siblings.indexOf(route)).filter(({ continues, broken }) => !continues && broken.length === 0)
        const blockers = route.parent === null || route.broken.length > 0 ? [] : takenBy(earlier, wholeMatchers(route))
        if (blockers.length > 0)
          yield remark(
            route.receiver,
            route.at,
            'a route that an alert can reach',
            blockers.map(({ receiver, at }) => `the route to ${receiver} at line ${at.place().line}`).join(' and ') +
              ` ${blockers.length > 1 ? 'match' : 'matches'} the same alerts first`,
          )
        const both = excluding(wholeMatchers(route))
        // Below a route that takes none, none is reached: the first is the cause.
        if (both === undefined || (route.parent !== null && excluding(wholeMatchers(route.parent)) !== undefined)) continue
        yield remark(
          route.receiver,
          route.at.get('matchers') ?? route.at.get('match') ?? route.at.get('match_re') ?? route.at,
          'matchers that an alert can satisfy',
          `${both.map(written).join(' and ')}, which contradict each other${both.every((each) => route.matchers.includes(each)) ? '' : ' (one is of a parent route)'}`,
        )
      }
    }
  },
}

/** Those of the routes above included: an alert passes them all. */
function wholeMatchers(route: Route): Matcher[] {
  return route.parent === null ? route.matchers : [...wholeMatchers(route.parent), ...route.matchers]
}

function written({ label, op, value }: Matcher): string {
  return `${label} ${op} ${JSON.stringify(value)}`
}

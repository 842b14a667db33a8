import { optionalReceivers, routesFor } from '../../../routing/tree.ts'
import { alertLabels, sentBy } from '../../../config/alerting/routed-alerts.ts'
import { remark, type Check } from '../../lint-check.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'route-continue-is-meant',
    needs: ['alertmanager'],
    title: 'No route has `continue` but those to optional receivers and those that the specification continues',
    failureTitle: '`continue` sends a second notification or has no effect',
    why: 'With `continue: true` an alert goes on to the next matching route and a second receiver is notified. On the last route it has no effect until a route is added below.',
    mend: 'In alertmanager.yml, remove `continue: true` from the route.',
    example: '- receiver: critical\n  matchers: [\'severity = "critical"\']\n  continue: true',
  },
  *judge({ spec, config }) {
    const optional = optionalReceivers(spec.routing)
    const continued = new Set(spec.routing.routes.filter(({ continues }) => continues).map(({ receiver }) => receiver))
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      const taken = new Set(
        spec.rules
          .flatMap(alertLabels)
          .flatMap((labels) => sentBy(config, labels))
          .flatMap((labels) => routesFor(root, labels)),
      )
      for (const route of allRoutes(root)) {
        if (!route.continues || optional.has(route.receiver) || continued.has(route.receiver)) continue
        const siblings = route.parent?.routes ?? []
        const last = siblings.at(-1) === route
        yield remark(
          route.receiver,
          route.at.near('continue'),
          'no continue: an alert is routed to one receiver',
          last || route.parent === null ? 'continue on the last route' : 'continue: true',
          undefined,
          // Of alerts without a specification nothing is promised.
          taken.has(route) ? undefined : 'note',
        )
      }
    }
  },
}

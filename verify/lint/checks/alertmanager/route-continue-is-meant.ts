import { remark, type Check } from '../../check.ts'
import { allRoutes, routeTree } from '../../../config/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'route-continue-is-meant',
    area: 'alertmanager',
    severity: 'error',
    needs: ['alertmanager'],
    title: '`continue` stands only where a second notification is meant',
    failureTitle: '`continue` sends a second notification, or does nothing',
    why: 'continue makes an alert go on to the next route that matches: two receivers where one was promised. At the end of a list it does nothing, until somebody adds a route below.',
    mend: 'In alertmanager.yml, remove `continue: true` from the route.',
    example: '- receiver: critical\n  matchers: [\'severity = "critical"\']\n  continue: true',
  },
  *judge({ spec, config }) {
    const optional = new Set(spec.routing.receivers.filter((receiver) => receiver.optional).map((receiver) => receiver.name))
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      for (const route of allRoutes(root)) {
        if (!route.continues || optional.has(route.receiver)) continue
        const siblings = route.parent?.routes ?? []
        const last = siblings.at(-1) === route
        yield remark(
          route.receiver,
          route.at.near('continue'),
          'no continue: one receiver for an alert',
          last || route.parent === null ? 'continue where nothing follows' : 'continue',
        )
      }
    }
  },
}

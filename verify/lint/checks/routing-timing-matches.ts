import { formatDuration } from '../../model/duration.ts'
import { routesFor } from '../../routing/tree.ts'
import { alertLabels } from '../alerts.ts'
import { remark } from '../check.ts'
import type { Check } from '../check.ts'
import { routeTree } from '../routing.ts'
import type { Route } from '../routing.ts'

export const check: Check = {
  meta: {
    id: 'routing-timing-matches', area: 'alertmanager', severity: 'error', needs: ['alertmanager'],
    title: 'Grouping, waiting and repeating are as specified', failureTitle: 'Grouping, waiting or repeating differs from the specification',
    why: 'group_wait delays the first message, group_interval every further one, repeat_interval decides how long an open alert is silent, group_by which alerts share a message.',
  },
  *judge({ spec, config }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      const routes = new Set([root, ...spec.rules.flatMap(alertLabels).flatMap((labels) => routesFor(root, labels))])
      const told = new Set<string>()
      for (const route of routes) {
        const timings: [string, number, number][] = [['group_wait', spec.routing.groupWaitMs, route.groupWaitMs], ['group_interval', spec.routing.groupIntervalMs, route.groupIntervalMs], ['repeat_interval', spec.routing.repeatIntervalMs, route.repeatIntervalMs]]
        for (const [key, expectedMs, observedMs] of timings) {
          const owner = ownerOf(route, key)
          const id = `${key} ${owner.at.place().line}`
          if (observedMs === expectedMs || told.has(id)) continue
          told.add(id)
          yield remark(route.receiver, owner.at.get(key) ?? owner.at, `${key}: ${formatDuration(expectedMs)}`, `${key}: ${formatDuration(observedMs)}${owner.at.has(key) ? '' : ' (default)'}`)
        }
        const owner = ownerOf(route, 'group_by')
        if (sorted(route.groupBy) !== sorted(spec.routing.groupBy) && !told.has(`group_by ${owner.at.place().line}`)) {
          told.add(`group_by ${owner.at.place().line}`)
          yield remark(route.receiver, owner.at.get('group_by') ?? owner.at, `group_by: [${spec.routing.groupBy.join(', ')}]`, `group_by: [${route.groupBy.join(', ')}]`)
        }
        if (route.muted) yield remark(route.receiver, route.at.get('mute_time_intervals') ?? route.at.get('active_time_intervals') ?? route.at, 'alerts at any time', 'muted at times')
      }
    }
  },
}

function ownerOf(route: Route, key: string): Route {
  let at: Route = route
  while (!at.at.has(key) && at.parent !== null) at = at.parent
  return at
}

function sorted(labels: string[]): string {
  return [...new Set(labels)].sort().join(',')
}

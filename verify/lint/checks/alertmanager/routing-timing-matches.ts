import { formatDuration } from '../../../promql/duration.ts'
import type { GroupingSpec } from '../../../model/route.ts'
import type { Labels } from '../../../model/spec.ts'
import { optionalReceivers, promisedFor, routesFor } from '../../../routing/tree.ts'
import { alertLabels, sentBy } from '../../../config/alerting/routed-alerts.ts'
import { remark, type Check, type Remark } from '../../lint-check.ts'
import { refusedIntervals } from '../../../config/alerting/time-intervals.ts'
import { routeTree, type Route } from '../../../config/alerting/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'routing-timing-matches',
    needs: ['alertmanager'],
    title: 'Grouping and timings are as specified',
    failureTitle: 'Grouping or a timing differs from the specification',
    why: 'group_wait delays the first notification of a group, group_interval every further one. A firing alert is re-notified after repeat_interval; group_by decides which alerts share a notification.',
    mend: 'In alertmanager.yml, set group_wait, group_interval, repeat_interval and group_by and the mute and active time intervals of the route as specified.',
    example: 'route:\n  group_by: [job] # specified: alertname, job',
  },
  *judge({ spec, config }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      const optional = optionalReceivers(spec.routing)
      // A copy for a chat has no promise of its own.
      const wanted = (route: Route, labels: Labels): GroupingSpec =>
        optional.has(route.receiver) ? spec.routing : promisedFor(spec.routing, labels, route.receiver)
      // And an alert without any label that routes ask for.
      const met = [{}, ...spec.rules.flatMap(alertLabels)].flatMap((labels) =>
        sentBy(config, labels)
          .flatMap((way) => routesFor(root, way))
          .map((route): [Route, GroupingSpec] => [route, wanted(route, labels)]),
      )
      const reported = new Set<string>()
      const muted = new Set<Route>()
      const refused = refusedIntervals(alertmanager).length > 0
      for (const [route, expected] of met) {
        const timings: [string, number, number][] = [
          ['group_wait', expected.groupWaitMs, route.groupWaitMs],
          ['group_interval', expected.groupIntervalMs, route.groupIntervalMs],
          ['repeat_interval', expected.repeatIntervalMs, route.repeatIntervalMs],
        ]
        for (const [key, expectedMs, observedMs] of timings) {
          const owner = ownerOf(route, key)
          const id = `${key} ${owner.at.place().line}`
          if (observedMs === expectedMs || reported.has(id)) continue
          reported.add(id)
          yield remark(
            route.receiver,
            owner.at.near(key),
            `${key}: ${formatDuration(expectedMs)}`,
            `${key}: ${formatDuration(observedMs)}${owner.at.has(key) ? '' : ' (default)'}`,
          )
        }
        const owner = ownerOf(route, 'group_by')
        if (sorted(route.groupBy) !== sorted(expected.groupBy) && !reported.has(`group_by ${owner.at.place().line}`)) {
          reported.add(`group_by ${owner.at.place().line}`)
          yield remark(
            route.receiver,
            owner.at.near('group_by'),
            `group_by: [${expected.groupBy.join(', ')}]`,
            `group_by: [${route.groupBy.join(', ')}]`,
          )
        }
        if (!refused && !muted.has(route)) yield* times(route, expected)
        muted.add(route)
      }
    }
  },
}

/** When it is muted, by the names of the intervals. */
function* times(route: Route, promised: ReturnType<typeof promisedFor>): Generator<Remark> {
  for (const [key, wanted, written] of [
    ['mute_time_intervals', promised.muteTimes ?? [], route.muteTimes ?? []],
    ['active_time_intervals', promised.activeTimes ?? [], route.activeTimes ?? []],
  ] as const) {
    if (sorted([...wanted]) === sorted([...written])) continue
    yield remark(
      route.receiver,
      route.at.near(key),
      wanted.length === 0 ? `no ${key}: notifications at any time` : `${key}: [${wanted.join(', ')}]`,
      written.length === 0 ? `no ${key}: notified at any time` : `muted in a time interval (${key}: [${written.join(', ')}])`,
    )
  }
}

function ownerOf(route: Route, key: string): Route {
  let at: Route = route
  while (!at.at.has(key) && at.parent !== null) at = at.parent
  return at
}

function sorted(labels: string[]): string {
  return [...new Set(labels)].sort().join(',')
}

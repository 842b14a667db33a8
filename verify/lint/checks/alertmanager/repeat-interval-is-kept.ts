import { formatDuration, parseDuration } from '../../../promql/duration.ts'
import { remark, type Check } from '../../lint-check.ts'
import type { Configuration } from '../../../config/configuration.ts'
import { reads } from '../../../config/deployment/container-files.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { allRoutes, routeTree, type Route } from '../../../config/alerting/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'repeat-interval-is-kept',
    severity: 'warning',
    needs: ['alertmanager'],
    title: 'Notifications are repeated after repeat_interval',
    failureTitle: 'Notifications are repeated at another time than repeat_interval says',
    why: 'A group is looked at once in group_interval, so a shorter repeat_interval is rounded up to it. What was notified is forgotten after --data.retention (120h by default), so with a longer one notifications come sooner. Alertmanager logs both and goes on. https://github.com/prometheus/alertmanager/blob/v0.27.0/cmd/alertmanager/main.go',
    mend: 'In alertmanager.yml, set repeat_interval to at least group_interval, best to a multiple of it, and to less than --data.retention.',
    example: 'route:\n  group_interval: 5m\n  repeat_interval: 1m',
  },
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined) continue
      const keptMs = retention(alertmanager, config)
      const said = new Set<Route>()
      for (const route of allRoutes(root)) {
        const { repeatIntervalMs, groupIntervalMs } = route
        const wrong =
          repeatIntervalMs < groupIntervalMs
            ? `at least group_interval, ${formatDuration(groupIntervalMs)}`
            : keptMs !== undefined && repeatIntervalMs > keptMs
              ? `at most --data.retention, ${formatDuration(keptMs)}`
              : undefined
        if (wrong === undefined) continue
        const owner = ownerOf(route)
        if (said.has(owner)) continue
        said.add(owner)
        yield remark(
          route.receiver,
          owner.at.near(owner.at.has('repeat_interval') ? 'repeat_interval' : 'group_interval'),
          wrong,
          `repeat_interval: ${formatDuration(repeatIntervalMs)}`,
        )
      }
    }
  },
}

/** The route that one of the two is written at. */
function ownerOf(route: Route): Route {
  const isWritten = route.at.has('repeat_interval') || route.at.has('group_interval')
  return isWritten || route.parent === null ? route : ownerOf(route.parent)
}

/** What the Alertmanager keeps that reads this file, in ms; undefined where a flag cannot be read, or where none of these runs it. */
function retention(alertmanager: Cursor, config: Configuration): number | undefined {
  const kept = config.workloads
    .filter((workload) => reads(workload, alertmanager, config))
    .map(({ args }) => {
      const flag = args.findLast(({ value }) => /^--data\.retention=/.test(value))
      return flag === undefined ? BY_DEFAULT_MS : parseDuration(flag.value.slice('--data.retention='.length))
    })
  return kept.includes(undefined) ? undefined : kept[0]
}

const BY_DEFAULT_MS = 120 * 3_600_000

import { causing, remark, type Check } from '../../lint-check.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'
import { refusedIntervals } from '../../../config/alerting/time-intervals.ts'
import { isEverOpen, timeSpans } from '../../../routing/time-spans.ts'

export const check: Check = {
  meta: {
    id: 'routes-notify-at-some-time',
    needs: ['alertmanager'],
    title: 'Every route notifies at some time',
    failureTitle: 'A route is muted at all times: no notification ever leaves',
    why: 'A route notifies within its active time intervals and outside of its mute time intervals. The same interval in both, a mute interval of the whole week or an active one that never comes leaves no minute, and Alertmanager says nothing of it. https://prometheus.io/docs/alerting/latest/configuration/#route',
    mend: 'In alertmanager.yml, keep one of mute_time_intervals and active_time_intervals of the route, or change the times of the interval.',
    example: 'mute_time_intervals: [nights]\nactive_time_intervals: [nights]',
  },
  *judge({ config, nowMs }) {
    for (const alertmanager of config.alertmanager) {
      const root = routeTree(alertmanager)
      if (root === undefined || refusedIntervals(alertmanager).length > 0) continue
      const spans = timeSpans(alertmanager)
      for (const { receiver, at, muteTimes = [], activeTimes = [] } of allRoutes(root)) {
        if (muteTimes.length + activeTimes.length === 0) continue
        const of = (names: readonly string[]): (typeof spans)[string] => names.flatMap((name) => spans[name] ?? [])
        const active = activeTimes.length === 0 ? undefined : of(activeTimes)
        if (isEverOpen(active, of(muteTimes), nowMs ?? 0)) continue
        // Without a date, that all years are past is not known.
        if (nowMs === undefined && [...(active ?? []), ...of(muteTimes)].some(({ years }) => years !== undefined)) continue
        const said = [
          ...(muteTimes.length > 0 ? [`mute_time_intervals: [${muteTimes.join(', ')}]`] : []),
          ...(activeTimes.length > 0 ? [`active_time_intervals: [${activeTimes.join(', ')}]`] : []),
        ]
        const key = muteTimes.length > 0 ? 'mute_time_intervals' : 'active_time_intervals'
        yield causing(
          remark(receiver, at.near(key), 'a time at which it notifies', said.join(' and ')),
          at.lines(),
          'routing-timing-matches',
        )
      }
    }
  },
}

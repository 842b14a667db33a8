import { causing, remark, type Check } from '../../lint-check.ts'
import { refusedIntervals } from '../../../config/alerting/time-intervals.ts'
import { firstDifference, timeSpans } from '../../../routing/time-spans.ts'

export const check: Check = {
  meta: {
    id: 'time-intervals-match',
    needs: ['alertmanager'],
    title: 'The time intervals of routes cover what is specified',
    failureTitle: 'A time interval covers another time than is specified',
    why: 'A route is muted within its mute time intervals and outside of its active ones. With other hours, days or another zone under the same name it is muted when it must notify. https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0',
    mend: 'In alertmanager.yml, write the times of the interval as `times` of routing.yaml has them; without a location they are in UTC.',
    example:
      'time_intervals:\n  - name: nights\n    time_intervals:\n      - times: [{ start_time: "20:00", end_time: "24:00" }] # specified: 22:00-24:00',
  },
  *judge({ spec, config, nowMs }) {
    const promised = Object.entries(spec.routing.times ?? {})
    for (const alertmanager of promised.length === 0 ? [] : config.alertmanager) {
      if (refusedIntervals(alertmanager).length > 0) continue
      const deployed = timeSpans(alertmanager)
      for (const [name, spans] of promised) {
        const found = deployed[name]
        const difference = found === undefined ? undefined : firstDifference(spans, found, nowMs ?? 0)
        if (difference === undefined) continue
        const at = ['time_intervals', 'mute_time_intervals']
          .flatMap((key) => alertmanager.items(key))
          .find((each) => each.string('name') === name)
        if (at !== undefined)
          yield causing(
            remark(name, at.near('time_intervals'), difference.expected, difference.observed),
            at.lines(),
            'routes-notify-at-some-time',
          )
      }
    }
  },
}

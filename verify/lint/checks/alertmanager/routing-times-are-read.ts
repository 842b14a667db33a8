import { remark, type Check } from '../../lint-check.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { refusedIntervals } from '../../../config/alerting/time-intervals.ts'

export const check: Check = {
  meta: {
    id: 'routing-times-are-read',
    needs: ['alertmanager'],
    isRefusal: true,
    title: 'Alertmanager accepts the time intervals of its routes',
    failureTitle: 'Alertmanager refuses a time interval',
    why: 'Alertmanager does not start with an undefined interval, a range over midnight, or an unknown day or zone; a reload keeps the old configuration. https://prometheus.io/docs/alerting/latest/configuration/#time_interval-0',
    mend: 'In alertmanager.yml, define the interval in time_intervals. Write a range over midnight as two (22:00 to 24:00, 00:00 to 06:00); use English weekdays and zones of the IANA database.',
    example: 'time_intervals:\n  - name: nights\n    time_intervals:\n      - times: [{ start_time: "22:00", end_time: "06:00" }]',
  },
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      const names = ['time_intervals', 'mute_time_intervals'].flatMap((key) => alertmanager.items(key)).map((at) => at.string('name') ?? '')
      for (const { subject, at, expected, observed } of refusedIntervals(alertmanager))
        yield remark(subject, at, expected, `${observed}${subject === observed ? didYouMean(observed, names) : ''}`)
    }
  },
}

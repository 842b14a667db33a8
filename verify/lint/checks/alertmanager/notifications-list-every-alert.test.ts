import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'alertmanager/alertmanager.yml'
const after = (receiver: string): RegExp => new RegExp(`(url: .*9199/${receiver}\\n)`)

finds(
  'notifications-list-every-alert',
  'max_alerts',
  { file, from: after('critical'), to: '$1        max_alerts: 1\n', severity: 'warning', subject: 'critical', line: 'max_alerts: 1' },
  { file, from: after('default'), to: '$1        max_alerts: 20\n', severity: 'warning', observed: 'the first 20', line: 'max_alerts: 20' },
)
passes('notifications-list-every-alert', '0 is no limit', file, after('critical'), '$1        max_alerts: 0\n', {
  file,
  from: 'max_alerts: 0',
  to: 'max_alerts: 1',
  severity: 'warning',
})

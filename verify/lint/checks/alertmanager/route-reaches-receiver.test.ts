import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'route-reaches-receiver',
  'a route that takes too much',
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'severity = "critical"\'',
    to: 'severity =~ "critical|warning"\'',
    subject: 'HighLatency',
    expected: 'default',
    observed: 'critical',
  },
  {
    file: 'alertmanager/alertmanager.yml',
    from: '    - receiver: critical\n',
    to: '    - receiver: default\n',
    expected: 'critical',
    observed: 'default',
  },
)

finds('route-reaches-receiver', 'alerts with one cause are one finding, at the route that has to change', {
  file: 'alertmanager/alertmanager.yml',
  from: `'severity = "critical"'`,
  to: `'severity = "page"'`,
  subject: 'HighErrorRate, RedisConnectionFailed, ServiceDown',
  line: 'severity = "page"',
})

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

const CRITICAL = '    - receiver: critical\n'
finds(
  'route-reaches-receiver',
  'a route that takes the alerts of several receivers is one finding, and what is never reached follows from it',
  { file: 'alertmanager/alertmanager.yml', from: CRITICAL, to: `    - receiver: default\n${CRITICAL}`, line: 'receiver: default' },
  {
    file: 'alertmanager/alertmanager.yml',
    from: CRITICAL,
    to: `    - receiver: slack\n${CRITICAL}`,
    line: 'receiver: slack',
    expected: 'critical for HighErrorRate, RedisConnectionFailed, ServiceDown; default for',
  },
  {
    file: 'alertmanager/alertmanager.yml',
    from: CRITICAL,
    to: `    - receiver: discord\n      matchers: ['severity !~ "info|none"']\n${CRITICAL}`,
    line: 'receiver: discord',
    observed: 'discord',
  },
)

import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'inhibition-matches',
  'too much, too little, the wrong source',
  { file: 'alertmanager/alertmanager.yml', from: 'equal: [job]', to: 'equal: [instance]', subject: 'ServiceDown' },
  { file: 'alertmanager/alertmanager.yml', from: 'warning|info', to: 'warning', expected: 'is inhibited', line: 'target_matchers' },
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'alertname = "ServiceDown"',
    to: 'alertname =~ ".*"',
    observed: 'are inhibited',
    line: 'source_matchers',
  },
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'equal: [job]',
    to: 'equal: [job, instance]',
    expected: 'HighLatency, JVMHeapHigh, MySQLSlowQueries, RateLimiterOverload, RedisHighMemory are inhibited while ServiceDown fires',
    line: 'equal',
  },
)

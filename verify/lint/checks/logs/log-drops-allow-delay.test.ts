import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const M = 'promtail/promtail.yml'
const at = '    pipeline_stages:\n'
const drop = (age: string): string => `${at}      - drop:\n          older_than: ${age}\n`

finds(
  'log-drops-allow-delay',
  'an age that any delay exceeds',
  { file: M, from: at, to: drop('1s'), line: 'older_than: 1s', severity: 'warning' },
  { file: M, from: at, to: drop('10m'), line: 'older_than: 10m', severity: 'warning' },
  {
    file: M,
    from: at,
    to: drop('90s').replace('older_than', 'drop_counter_reason: old\n          older_than'),
    line: 'older_than: 90s',
    severity: 'warning',
  },
  {
    file: M,
    from: '            - labels:\n                level:\n',
    to: '            - drop: { older_than: 5m }\n            - labels:\n                level:\n',
    line: 'older_than: 5m',
    severity: 'warning',
  },
)
passes('log-drops-allow-delay', 'a day', M, at, drop('24h'))

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'alertmanager.yml'
const from = 'repeat_interval: 4h'
const child = '    - receiver: critical\n'
const id = 'repeat-interval-is-kept'

finds(
  id,
  'shorter than group_interval, longer than what is kept',
  { file, from, to: 'repeat_interval: 30s', severity: 'warning', expected: 'group_interval, 1m' },
  { file, from, to: 'repeat_interval: 7d', severity: 'warning', expected: '--data.retention, 5d' },
  {
    file,
    from: child,
    to: `${child}      group_interval: 6h\n`,
    severity: 'warning',
    subject: 'critical',
    observed: 'repeat_interval: 4h',
  },
  { file, from: child, to: `${child}      repeat_interval: 10s\n`, severity: 'warning', subject: 'critical' },
)
passes(id, 'as long as group_interval', file, from, 'repeat_interval: 1m')
passes(id, 'as long as what is kept', file, from, 'repeat_interval: 120h')

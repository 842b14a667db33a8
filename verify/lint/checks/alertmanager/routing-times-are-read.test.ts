import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [A, ROUTE] = ['alertmanager.yml', '    - receiver: critical\n']
const interval = (inside: string, name = 'nights'): string =>
  `\ntime_intervals:\n  - name: ${name}\n    time_intervals:\n      - ${inside}\n`

finds(
  'routing-times-are-read',
  'an interval that is not defined',
  { file: A, from: ROUTE, to: `${ROUTE}      mute_time_intervals: [nights]\n`, line: '[nights]', observed: 'nights' },
  { file: A, from: ROUTE, to: `${ROUTE}      active_time_intervals:\n        - office\n`, line: '- office' },
  {
    file: A,
    from: /( {4}- receiver: critical\n)([^]*)$/,
    to: `$1      mute_time_intervals: [night]\n$2${interval('times: [{ start_time: "00:00", end_time: "06:00" }]')}`,
    line: '[night]',
    observed: 'did you mean nights',
  },
)
finds(
  'routing-times-are-read',
  'a range, a day, a month or a zone that is refused',
  { file: A, from: /$/, to: interval('times: [{ start_time: "22:00", end_time: "06:00" }]'), line: '"22:00"', expected: 'two ranges' },
  { file: A, from: /$/, to: interval('times: [{ start_time: "9:00", end_time: "17:00" }]'), line: '"9:00"', expected: 'HH:MM' },
  { file: A, from: /$/, to: interval('location: Asia/Soul'), line: 'Asia/Soul' },
  { file: A, from: /$/, to: interval('location: asia/seoul'), line: 'asia/seoul' },
  { file: A, from: /$/, to: interval('location: KST'), line: 'KST' },
  { file: A, from: /$/, to: interval('weekdays: ["mon:fri"]'), line: 'mon:fri' },
  { file: A, from: /$/, to: interval('weekdays: [saturday, "friday:monday"]'), line: 'friday:monday' },
  { file: A, from: /$/, to: interval('months: ["13"]'), line: '13' },
  { file: A, from: /$/, to: interval('days_of_month: ["0:5"]'), line: '0:5' },
)
passes(
  'routing-times-are-read',
  'what Alertmanager reads',
  A,
  /$/,
  interval(
    'times: [{ start_time: "22:00", end_time: "24:00" }]\n        weekdays: ["monday:friday", Saturday]\n        months: ["january:3", "12"]\n        days_of_month: ["1:5", "-3:-1"]\n        years: ["2026:2030"]\n        location: Europe/Berlin',
  ),
)

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'alertmanager.yml'
const id = 'routes-notify-at-some-time'
const from = /( {4}- receiver: critical\n)([^]*)$/
/** The critical route with these lines, and the intervals by their name. */
const to = (route: string, ...intervals: string[]): string =>
  `$1      ${route.replace('; ', '\n      ')}\n$2\ntime_intervals:\n${intervals
    .map((inside, at) => `  - name: t${at}\n    time_intervals:\n${inside.replace(/^/gm, '      - ')}\n`)
    .join('')}`

finds(
  id,
  'muted at all times',
  {
    file,
    from,
    to: to('mute_time_intervals: [t0]; active_time_intervals: [t0]', 'weekdays: [saturday]'),
    line: 'mute_time',
    subject: 'critical',
  },
  { file, from, to: to('mute_time_intervals: [t0]', 'weekdays: ["sunday:saturday"]'), line: 'mute_time_intervals' },
  { file, from, to: to('mute_time_intervals: [t0]', '{}') },
  { file, from, to: to('mute_time_intervals: [t0]', 'times: [{ start_time: "00:00", end_time: "23:59" }]') },
  {
    file,
    from,
    to: to(
      'mute_time_intervals: [t0, t1]',
      'times: [{ start_time: "00:00", end_time: "12:00" }]',
      'times: [{ start_time: "12:00", end_time: "24:00" }]',
    ),
    observed: '[t0, t1]',
  },
  {
    file,
    from,
    to: to('active_time_intervals: [t0]', '{ months: [february], days_of_month: ["30"] }'),
    line: 'active_time',
  },
  { file, from, to: to('active_time_intervals: [t0]', 'years: ["2020:2024"]') },
)
for (const [story, route, ...intervals] of [
  ['nights', 'mute_time_intervals: [t0]', 'times: [{ start_time: "00:00", end_time: "06:00" }]'],
  [
    'the weekend, out of office hours',
    'mute_time_intervals: [t0]; active_time_intervals: [t1]',
    'weekdays: [saturday]',
    'weekdays: ["monday:friday"]',
  ],
  ['a leap day', 'active_time_intervals: [t0]', '{ months: [february], days_of_month: ["29"] }'],
  ['a window that is past', 'mute_time_intervals: [t0]', 'years: ["2020"]'],
  ['two zones', 'mute_time_intervals: [t0]; active_time_intervals: [t1]', '{ location: Asia/Seoul }', 'weekdays: [monday]'],
] as const)
  passes(id, story, file, from, to(route, ...intervals), {
    file,
    from: /\n +(?:mute|active)_time_intervals: \[t0\](?:\n +active_time_intervals: \[t1\])?/,
    to: '\n      mute_time_intervals: [t0]\n      active_time_intervals: [t0]',
  })

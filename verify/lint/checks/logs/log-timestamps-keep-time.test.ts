import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'promtail/promtail.yml'
const from = 'format: RFC3339Nano'
const to = (format: string, location: string): string => `format: ${format}\n                location: ${location}`

finds(
  'log-timestamps-keep-time',
  'lines in UTC, read in another zone',
  { file, from, to: to('"2006-01-02T15:04:05.999999999Z"', 'Asia/Seoul'), observed: 'Asia/Seoul' },
  { file, from, to: to('"2006-01-02T15:04:05.000"', 'America/New_York'), observed: 'America/New_York' },
  { file, from, to: to('ANSIC', 'Local'), observed: 'Local' },
  { file, from, to: to('RFC3339Nano', 'Asia/Seoul'), observed: 'Asia/Seoul', severity: 'warning', message: 'no effect' },
)
passes('log-timestamps-keep-time', 'UTC by name', file, from, `${from}\n                location: Etc/UTC`, {
  file,
  from: 'Etc/UTC',
  to: 'Asia/Seoul',
  severity: 'warning',
})

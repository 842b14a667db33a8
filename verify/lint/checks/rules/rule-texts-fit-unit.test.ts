import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

const SHARE = 'redis_memory_used_bytes / (redis_memory_max_bytes > 0)'
const said = (summary: string): string => `annotations: { summary: '${summary}' }`
const shown = (expr: string, summary: string): ReturnType<typeof extraRule> & { severity: 'warning' } => ({
  ...extraRule(expr, said(summary)),
  severity: 'warning',
})

finds(
  'rule-texts-fit-unit',
  'a percentage times 100, a duration of bytes, a share as a percentage',
  { ...shown(`100 * ${SHARE} > 90`, '{{ $value | humanizePercentage }}'), observed: 'percentage already' },
  { ...shown(`(${SHARE}) * 100 > 90`, '{{ humanizePercentage $value }} used'), observed: 'percentage already' },
  {
    ...shown('100 - redis_memory_used_bytes / redis_memory_max_bytes * 100 < 10', '{{ .Value | humanizePercentage }}'),
    observed: 'already',
  },
  { ...shown('redis_memory_used_bytes > 60000000', '{{ $value | humanizeDuration }}'), observed: 'bytes' },
  { ...shown('redis_memory_used_bytes > 60000000', '{{ $value | humanizePercentage }}'), observed: 'bytes' },
  { ...shown(`${SHARE} > 0.9`, '{{ $value | humanizeDuration }}'), observed: 'a share' },
  { ...shown(`${SHARE} > 0.9`, '{{ $value }}% used'), observed: '% behind' },
  { ...shown(`${SHARE} > 0.9`, '{{ printf "%.2f" $value }} % used'), observed: '% behind' },
  { ...shown(`${SHARE} > 0.9`, '{{ $value | humanizePercentage }}% used'), observed: '%%' },
)
const fault = shown(`100 * ${SHARE} > 90`, '{{ $value | humanizePercentage }}')
for (const [expr, summary] of [
  [`${SHARE} > 0.9`, '{{ $value | humanizePercentage }} used'],
  [`100 * ${SHARE} > 90`, '{{ $value | humanize }}% used'],
  [`100 * ${SHARE} > 90`, '{{ printf "%.1f" $value }} % used'],
  ['time() - process_start_time_seconds < 300', '{{ $value | humanizeDuration }}'],
  ['redis_memory_used_bytes > 60000000', '{{ $value | humanize1024 }}B'],
  ['redis_connected_clients > 100', '{{ $value }}% of something'],
  ['(1 - avg by (instance) (rate(process_cpu_seconds_total[5m]))) < 0.1', '{{ $value | humanizePercentage }}'],
] as const) {
  const { file, from, to } = shown(expr, summary)
  passes('rule-texts-fit-unit', `${expr} ${summary}`, file, from, to, fault)
}

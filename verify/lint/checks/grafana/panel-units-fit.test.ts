import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'panel-units-fit'
const file = 'slo-dashboard.json'
const from = '"panels": [\n'
const panel = (expr: string, unit: string): { file: string; from: string; to: string } => ({
  file,
  from,
  to: `${from}${JSON.stringify({
    id: 90,
    type: 'timeseries',
    title: 'Extra',
    gridPos: { h: 4, w: 4, x: 0, y: 90 },
    datasource: { type: 'prometheus', uid: 'prometheus' },
    targets: [{ refId: 'A', expr }],
    fieldConfig: { defaults: { unit } },
  })},\n`,
})
const severity = 'warning' as const
const QUANTILE = 'histogram_quantile(0.95, sum by (le) (rate(axum_http_requests_duration_seconds_bucket[5m])))'
const SHARE = 'sum(rate(axum_http_requests_total{status=~"5.."}[5m])) / sum(rate(axum_http_requests_total[5m]))'

finds(
  id,
  'a unit of another quantity, or of another size',
  { ...panel('redis_memory_used_bytes', 's'), severity, expected: 'bytes' },
  { ...panel(QUANTILE, 'ms'), severity, expected: 's' },
  { ...panel(QUANTILE, 'bytes'), severity, expected: 's' },
  { ...panel(SHARE, 'percent'), severity, expected: 'percentunit' },
  { ...panel(`100 * ${SHARE}`, 'percentunit'), severity, expected: 'percent' },
)

const fault = { ...panel('redis_memory_used_bytes', 's'), severity }
const cases: [string, string][] = [
  ['redis_memory_used_bytes', 'decbytes'],
  [`1000 * ${QUANTILE}`, 'ms'],
  [SHARE, 'percentunit'],
  [SHARE, 'short'],
  ['rate(redis_net_input_bytes_total[5m])', 'Bps'],
  ['process_start_time_seconds', 'dateTimeAsIso'],
  ['sum(redis_connected_clients)', 'short'],
]
for (const [expr, unit] of cases) passes(id, `${expr} as ${unit}`, file, from, panel(expr, unit).to, fault)

import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const recorded = (record: string, expr: string): { file: string; from: RegExp; to: string; subject: string } => ({
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n      - record: job:requests:sum\n        expr: ${record}\n      - alert: Extra\n        expr: ${expr}\n        labels: { severity: warning }\n`,
  subject: 'Extra',
})

finds(
  'rule-rates-single-series',
  'a rate over an aggregation',
  { ...extraRule('rate(sum by (job) (axum_http_requests_total)[5m:]) > 10'), observed: 'rate of sum' },
  { ...extraRule('sum(increase(max without (instance) (axum_http_requests_total)[10m:1m])) > 10'), observed: 'increase of max' },
  { ...extraRule('rate((sum(axum_http_requests_total) / 60)[5m:]) > 10'), observed: 'rate of sum' },
  { ...recorded('sum by (job) (axum_http_requests_total)', 'rate(job:requests:sum[5m]) > 10'), observed: 'rate of a recorded sum' },
)
for (const expr of ['max_over_time(sum(redis_connected_clients)[10m:]) > 10', 'sum(rate(axum_http_requests_total[5m])) > 10'])
  passesRule('rule-rates-single-series', expr, 'rate(sum(redis_up)[5m:]) > 1')

finds(
  'rule-rates-single-series',
  'a rate of a rate',
  ...['rate(rate(axum_http_requests_total[5m])[5m:]) > 1', 'increase(sum(irate(axum_http_requests_total[5m]))[10m:1m]) > 1'].map(
    (expr) => ({ ...extraRule(expr), severity: 'error' as const }),
  ),
)

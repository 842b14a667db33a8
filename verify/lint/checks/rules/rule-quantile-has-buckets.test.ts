import { extraRule, finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-quantile-has-buckets',
  'without le, or over a count',
  {
    file: 'alert-rules.yml',
    from: 'sum by (job, le) (rate(axum',
    to: 'sum by (job) (rate(axum',
    subject: 'HighLatency',
    observed: 'sum by (job)',
  },
  {
    file: 'alert-rules.yml',
    from: 'axum_http_requests_duration_seconds_bucket',
    to: 'axum_http_requests_duration_seconds_count',
    observed: '_count',
  },
)

finds(
  'rule-quantile-has-buckets',
  'a quantile in percent, of values and over time',
  { ...extraRule('quantile(95, redis_connected_clients) > 50'), expected: '0.95' },
  { ...extraRule('quantile_over_time(1.5, redis_connected_clients[10m]) > 50'), observed: '1.5' },
)

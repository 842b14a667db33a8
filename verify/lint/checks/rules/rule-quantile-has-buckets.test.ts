import { finds } from '../../../../testing/lint/lint-files.ts'

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

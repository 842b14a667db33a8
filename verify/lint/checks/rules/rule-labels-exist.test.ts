import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-labels-exist',
  'a label or job that no target has',
  { file: 'alert-rules.yml', from: 'status="429"', to: 'code="429"', expected: 'status' },
  { file: 'alert-rules.yml', from: 'job="rate-limiter"', to: 'job="rate-limitr"', observed: 'did you mean rate-limiter' },
  { file: 'alert-rules.yml', from: 'job="rate-limiter"', to: 'job=~"rate-(limiter"', expected: 'regular expression' },
)

finds(
  'rule-labels-exist',
  'an instance that is no target',
  { ...extraRule('up{instance="redis-exporter:9122"} == 0'), severity: 'warning', observed: 'did you mean redis-exporter:9121' },
  { ...extraRule('redis_up{instance="redis"} == 0'), severity: 'warning', observed: 'instance="redis"' },
)

finds('rule-labels-exist', 'a bucket that the histogram has not', {
  ...extraRule('rate(axum_http_requests_duration_seconds_bucket{le="0.3"}[5m]) > 5'),
  severity: 'warning',
  expected: 'a bucket of axum_http_requests_duration_seconds_bucket',
  observed: 'le="0.3"',
})
for (const le of ['le="0.5"', 'le="+Inf"', 'le="1.0"', 'le=~"0.3|0.5"']) {
  const { file, from, to } = extraRule(`rate(axum_http_requests_duration_seconds_bucket{${le}}[5m]) > 5`)
  const fault = extraRule('rate(axum_http_requests_duration_seconds_bucket{le="0,5"}[5m]) > 5')
  passes('rule-labels-exist', le, file, from, to, { ...fault, severity: 'warning' })
}

finds('rule-labels-exist', 'a misspelt label that is excluded', {
  ...extraRule('rate(axum_http_requests_total{endpiont!="/metrics"}[5m]) > 5'),
  severity: 'warning',
  observed: 'did you mean endpoint',
})
for (const { file, from, to } of [extraRule('rate(axum_http_requests_total{canary!="true"}[5m]) > 5')])
  passes('rule-labels-exist', 'a label that may come, excluded', file, from, to, {
    ...extraRule('redis_up{jobb="x"} == 0'),
    severity: 'warning',
  })

finds(
  'rule-labels-exist',
  'a job that no series lacks, and patterns that match a part of a value',
  ...[
    'redis_up{job=""} == 0',
    'redis_up{instance=""} == 0',
    'sum(rate(axum_http_requests_total{status=~"5"}[5m])) > 1',
    'redis_up{instance=~":9121"} == 0',
  ].map((expr) => ({ ...extraRule(expr), severity: 'warning' as const })),
)

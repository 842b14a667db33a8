import { extraRule, finds } from '../../../../testing/lint-files.ts'

finds(
  'rule-metrics-exist',
  'a misspelt metric comes with the nearest real one',
  { file: 'alert-rules.yml', from: 'expr: redis_up', to: 'expr: redis_upp', observed: 'did you mean redis_up' },
  {
    file: 'alert-rules.yml',
    from: 'http_server_requests_seconds_bucket{',
    to: 'http_server_request_seconds_bucket{',
    observed: 'did you mean http_server_requests_seconds_bucket',
  },
)

finds('rule-metrics-exist', 'what absent() looks for and nothing exposes', {
  ...extraRule('absent(redis_upp)'),
  severity: 'warning',
  message: 'always fires',
  observed: 'redis_upp; did you mean redis_up',
})

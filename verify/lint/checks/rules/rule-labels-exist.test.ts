import { finds, extraRule } from '../../../../testing/lint/lint-files.ts'

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

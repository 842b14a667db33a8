import { finds } from '../../../../testing/lint-files.ts'

finds(
  'rule-condition-matches',
  'each difference is named with both values',
  {
    file: 'alert-rules.yml',
    from: '> 1000',
    to: '> 100',
    subject: 'RateLimiterOverload',
    expected: '1000',
    observed: '100',
    message: 'threshold',
  },
  {
    file: 'alert-rules.yml',
    from: 'expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.8',
    to: 'expr: redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80',
    expected: '0.8',
    observed: '80',
    message: 'percent',
  },
  { file: 'alert-rules.yml', from: 'status="429"', to: 'status="400"', message: 'matcher' },
  { file: 'alert-rules.yml', from: '[1m])) * 60', to: '[2m])) * 60', expected: '[1m]', observed: '[2m]' },
)

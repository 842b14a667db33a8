import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-counter-has-rate',
  'a counter as it stands, a gauge below rate',
  {
    file: 'alert-rules.yml',
    from: 'expr: redis_up == 0',
    to: 'expr: redis_commands_processed_total > 5',
    severity: 'warning',
    observed: 'without rate',
  },
  {
    file: 'alert-rules.yml',
    from: 'expr: redis_up == 0',
    to: 'expr: rate(redis_memory_used_bytes[5m]) > 5',
    severity: 'warning',
    observed: 'gauge',
  },
)

import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

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

finds(
  'rule-counter-has-rate',
  'a counter that a function leaves one, buckets as they stand',
  {
    ...extraRule('delta(redis_commands_processed_total[5m]) > 5'),
    severity: 'warning',
    observed: 'redis_commands_processed_total without rate',
  },
  { ...extraRule('max by (job) (max_over_time(redis_commands_processed_total[5m])) > 5'), severity: 'warning', observed: 'without rate' },
  {
    ...extraRule('histogram_quantile(0.9, sum by (job, le) (http_server_requests_seconds_bucket)) > 1'),
    severity: 'warning',
    observed: 'http_server_requests_seconds_bucket without rate',
  },
)
for (const expr of [
  'histogram_quantile(0.9, sum by (job, le) (rate(http_server_requests_seconds_bucket[5m]))) > 1',
  'delta(redis_memory_used_bytes[5m]) > 5',
  'changes(redis_commands_processed_total[5m]) > 5',
]) {
  const { file, from, to } = extraRule(expr)
  passes('rule-counter-has-rate', expr, file, from, to, { ...extraRule('round(redis_commands_processed_total) > 5'), severity: 'warning' })
}

finds(
  'rule-counter-has-rate',
  'a metric without a type that the specification takes the rate of, and what a recording rule holds',
  {
    ...extraRule('sum(mysql_global_status_slow_queries) > 10'),
    severity: 'warning',
    observed: 'the counter mysql_global_status_slow_queries',
  },
  { ...extraRule('mysql_global_status_slow_queries * 60 > 10'), severity: 'warning', observed: 'without rate' },
  {
    file: 'alert-rules.yml',
    from: '    rules:\n',
    to: '    rules:\n      - { record: slow, expr: sum(mysql_global_status_slow_queries) }\n      - { alert: Slow, expr: slow > 10, labels: { severity: info } }\n',
    subject: 'Slow',
    severity: 'warning',
    observed: 'mysql_global_status_slow_queries without rate',
  },
)
const { file, from, to } = extraRule('mysql_global_status_slow_queries - mysql_global_status_slow_queries offset 5m > 10')
passes('rule-counter-has-rate', 'what it has grown by', file, from, to, {
  ...extraRule('mysql_global_status_slow_queries + mysql_global_status_slow_queries > 10'),
  severity: 'warning',
})

finds(
  'rule-counter-has-rate',
  'where a counter goes is no threshold',
  ...['predict_linear(mysql_global_status_slow_queries[1h], 3600) > 1000', 'deriv(axum_http_requests_total[5m]) > 5'].map((expr) => ({
    ...extraRule(expr),
    severity: 'warning' as const,
  })),
)

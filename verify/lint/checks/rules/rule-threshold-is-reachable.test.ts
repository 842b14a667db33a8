import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const P95 = 'histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m])))'
const SHARE = 'sum by (job) (rate(axum_http_requests_total{status=~"5.."}[5m])) / sum by (job) (rate(axum_http_requests_total[5m]))'

finds(
  'rule-threshold-is-reachable',
  'a threshold that is never, or always crossed',
  { ...extraRule(`${P95} > 60`), expected: 'the last bucket of axum_http_requests_duration_seconds_bucket ends at 10' },
  { ...extraRule(`${P95} * 1000 > 20000`), observed: 'never true' },
  { ...extraRule(`${SHARE} > 5`), expected: '0 to 1' },
  { ...extraRule(`100 * ${SHARE} > 500`), observed: 'never true' },
  { ...extraRule('up == 2'), expected: 'up is 0 or 1' },
  { ...extraRule('avg by (job) (redis_up) > 1'), observed: 'never true' },
  { ...extraRule('count(redis_up == 1) == 0'), expected: 'a count of nothing has no row' },
  { ...extraRule('absent(redis_up) > 1'), observed: 'never true' },
  { ...extraRule('rate(axum_http_requests_total[5m]) < 0'), observed: 'never true' },
  { ...extraRule('rate(axum_http_requests_total[5m]) >= 0'), observed: 'always true' },
  { ...extraRule('up >= 0'), observed: 'always true' },
  { ...extraRule('redis_connected_clients > 5 and on (instance) redis_up > 1'), observed: 'never true' },
)
for (const expr of [
  `${P95} > 5`,
  `${SHARE} > 0.99`,
  'count(redis_up == 0) > 0',
  'count(redis_up) >= 1',
  'absent(redis_up > 1)',
  'up unless on (instance) redis_up > 1',
  'time() - process_start_time_seconds < 600',
  'rate(axum_http_requests_total[5m]) == 0',
  'sum(up) < 3',
  'foreign_temperature < -10',
  '1 - avg(rate(foreign_cpu_seconds_total{mode="idle"}[5m])) > 0.9',
])
  passesRule('rule-threshold-is-reachable', expr, 'redis_up == 3')

finds(
  'rule-threshold-is-reachable',
  'two conditions of one value that no number meets',
  ...[
    'redis_up == 1 and redis_up == 0',
    '(redis_connected_clients > 5) < 3',
    '(redis_up == 0) > 0',
    '(100 * redis_connected_clients >= 500) < 500',
  ].map((expr) => ({ ...extraRule(expr), observed: 'never both' })),
)
passesRule('rule-threshold-is-reachable', '(redis_connected_clients > 3) < 5', '(redis_connected_clients > 5) < 3')
passesRule('rule-threshold-is-reachable', '(redis_connected_clients >= 5) <= 5', '(redis_connected_clients > 5) <= 5')

finds(
  'rule-threshold-is-reachable',
  'a gauge of which no negative sample was recorded',
  ...[
    'redis_connected_clients < 0',
    'redis_memory_used_bytes >= 0',
    'sum by (job) (redis_connected_clients) >= 0',
    'avg_over_time(redis_connected_clients[5m]) < 0',
    'redis_connected_clients > -1',
    'redis_memory_used_bytes / (redis_memory_max_bytes > 0) < 0',
  ].map((expr) => ({ ...extraRule(expr), severity: 'warning' as const, expected: 'no recorded sample of' })),
)
for (const expr of [
  'jvm_memory_max_bytes < 0',
  'delta(redis_connected_clients[5m]) < 0',
  'redis_memory_max_bytes - redis_memory_used_bytes < 0',
  'predict_linear(redis_memory_used_bytes[1h], 3600) < 0',
])
  passesRule('rule-threshold-is-reachable', expr, 'redis_up == 3')

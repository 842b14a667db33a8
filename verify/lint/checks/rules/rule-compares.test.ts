import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

const SHARE = 'sum(rate(axum_http_requests_total{status=~"5.."}[1h])) / sum(rate(axum_http_requests_total[1h]))'

finds(
  'rule-compares',
  'a condition whose row is always there',
  { ...extraRule(`${SHARE} or vector(0) >= 0.05`), observed: '`or` binds weaker than `>=`' },
  { ...extraRule(`${SHARE} or vector(0)`), observed: 'no comparison' },
  { ...extraRule('redis_connected_clients > 100 or vector(0)'), observed: 'a constant' },
  { ...extraRule('rate(axum_http_requests_total[5m])'), observed: 'no comparison' },
  { ...extraRule('redis_connected_clients'), observed: 'no comparison' },
  { ...extraRule('redis_connected_clients > bool 100'), observed: 'bool' },
  { ...extraRule('sum(redis_connected_clients >= bool 100)'), observed: 'no comparison' },
  { ...extraRule('clamp_max(redis_connected_clients - 100, 1)'), observed: 'no comparison' },
  { ...extraRule('redis_memory_used_bytes / (redis_memory_max_bytes > 0)'), observed: 'no comparison' },
  { ...extraRule('redis_memory_used_bytes / (redis_memory_max_bytes > 0) > bool 0.8'), observed: 'bool' },
  { ...extraRule('100 * sum by (job) (redis_memory_used_bytes / (redis_memory_max_bytes != 0))'), observed: 'no comparison' },
  { ...extraRule('vector(1)'), observed: 'a constant' },
  { ...extraRule('foreign_thing'), observed: 'no comparison', severity: 'warning' },
)
for (const expr of [
  'absent(redis_up)',
  'ALERTS{severity="info"}',
  '(redis_connected_clients > bool 100) == 1',
  'redis_connected_clients unless on (job) redis_up == 1',
  'count(redis_up == 0)',
  'job:errors:ratio5m',
  'redis_connected_clients * (redis_up == 0)',
  '100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80',
  'redis_connected_clients / (redis_up > 5)',
])
  passesRule('rule-compares', expr, 'redis_up == bool 0')
passesRule('rule-compares', 'vector(1)', 'redis_up == bool 0', "annotations: { summary: 'a dead man switch: it always fires' }")

finds(
  'rule-compares',
  'a constant beside rows with labels, which meets the comparison',
  { ...extraRule('(redis_up or vector(0)) < 1'), observed: 'the other side has labels' },
  { ...extraRule('(sum by (job) (rate(axum_http_requests_total[5m])) or vector(0)) <= 0'), observed: 'the other side has labels' },
)
passesRule('rule-compares', '(sum(rate(axum_http_requests_total[5m])) or vector(0)) < 1', 'redis_connected_clients')
passesRule('rule-compares', '(redis_connected_clients or vector(0)) > 100', 'redis_connected_clients')

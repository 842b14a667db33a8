import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

finds('rule-division-is-guarded', 'maxmemory may be unset', {
  file: 'alert-rules.yml',
  from: '(redis_memory_max_bytes > 0)',
  to: 'redis_memory_max_bytes',
  subject: 'RedisHighMemory',
  expected: 'redis_memory_max_bytes > 0',
})
finds('rule-division-is-guarded', 'limits of others that may be unset', {
  ...extraRule('container_memory_usage_bytes / container_spec_memory_limit_bytes > 0.9'),
  observed: 'container_spec_memory_limit_bytes',
  severity: 'warning',
})
for (const expr of ['pg_stat_activity_count / pg_settings_max_connections > 0.8', 'process_open_fds / process_max_fds > 0.8']) {
  const { file, from, to } = extraRule(expr)
  passes('rule-division-is-guarded', expr, file, from, to, { ...extraRule('a / redis_memory_max_bytes > 1'), severity: 'warning' })
}
const DIVISION = 'redis_memory_used_bytes / redis_memory_max_bytes'
const UNGUARDED = { ...extraRule(`${DIVISION} > 0.9`), severity: 'warning' as const }
for (const expr of [
  `${DIVISION} > 0.9 and redis_memory_max_bytes > 0`,
  `redis_memory_max_bytes > 0 and ${DIVISION} > 0.9`,
  `${DIVISION} > 0.9 and (redis_memory_max_bytes{job="redis-exporter"}) > 0`,
  `${DIVISION} > 0.9 and on (instance) redis_memory_max_bytes != 0`,
  `${DIVISION} > 0.9 and on (instance) 0 < sum by (instance) (redis_memory_max_bytes)`,
  `${DIVISION} > 0.9 and redis_memory_max_bytes >= 1024 * 1024`,
  `${DIVISION} > 0.9 and (redis_memory_max_bytes > 0 and redis_up == 1)`,
  `(${DIVISION} and redis_memory_max_bytes > 0) > 0.9`,
  `${DIVISION} > 0.9 and min_over_time(redis_memory_max_bytes[5m]) > 0`,
  `${DIVISION} > 0.9 unless redis_memory_max_bytes == 0`,
  `${DIVISION} > 0.9 unless on (instance) redis_memory_max_bytes <= 0`,
  `${DIVISION} > 0.9 unless redis_memory_max_bytes < 1`,
  `${DIVISION} > 0.9 and redis_memory_max_bytes > redis_memory_used_bytes`,
  `${DIVISION} > 0.9 and ${DIVISION} < +Inf`,
  `${DIVISION} > 0.9 and ${DIVISION} != Inf`,
  `(${DIVISION} > 0.9) < Inf`,
  `${DIVISION} < 0.1`,
  `${DIVISION} * (redis_memory_max_bytes > bool 0) > 0.9`,
  'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 0.9',
  'redis_memory_used_bytes / (redis_memory_max_bytes != 0) > 0.9',
  'redis_memory_used_bytes / (redis_memory_max_bytes > 0 or vector(1)) > 0.9',
  'redis_memory_used_bytes / (redis_memory_max_bytes unless redis_memory_max_bytes == 0) > 0.9',
  'redis_memory_used_bytes / (redis_memory_max_bytes and redis_memory_max_bytes > 0) > 0.9',
  'redis_memory_used_bytes / clamp_min(redis_memory_max_bytes, 1) > 0.9',
  'redis_memory_used_bytes / clamp(redis_memory_max_bytes, 1, 1e12) > 0.9',
  'redis_memory_used_bytes / (redis_memory_max_bytes + 1) > 0.9',
  'sum(redis_memory_used_bytes) / sum(redis_memory_max_bytes > 0) > 0.9',
  'redis_memory_used_bytes / ((redis_memory_max_bytes > 0) / 1024) > 900',
  'redis_memory_used_bytes / last_over_time((redis_memory_max_bytes > 0)[5m:1m]) > 0.9',
]) {
  const { file, from, to } = extraRule(expr)
  passes('rule-division-is-guarded', expr, file, from, to, UNGUARDED)
}
finds(
  'rule-division-is-guarded',
  'what looks like a guard and lets 0 through',
  ...[
    `${DIVISION} > 0.9 and redis_memory_max_bytes >= 0`,
    `${DIVISION} > 0.9 and redis_memory_max_bytes > -1`,
    `${DIVISION} > 0.9 and redis_memory_max_bytes`,
    `${DIVISION} > 0.9 and redis_memory_max_bytes < 1e12`,
    `${DIVISION} > 0.9 and redis_memory_max_bytes == 0`,
    `${DIVISION} > 0.9 and redis_memory_max_bytes > bool 0`,
    `${DIVISION} > 0.9 and redis_memory_used_bytes > 0`,
    `${DIVISION} > 0.9 unless redis_memory_max_bytes > 0`,
    `${DIVISION} > 0.9 unless redis_memory_max_bytes == 1`,
    `${DIVISION} > 0.9 or redis_memory_max_bytes > 0`,
    `${DIVISION} > 0.9 or redis_connected_clients > 1e6 and redis_memory_max_bytes > 0`,
    `1 - ${DIVISION} < 0.1`,
    `(redis_memory_used_bytes - redis_memory_used_lua_bytes) / redis_memory_max_bytes < 0.1`,
    'redis_memory_used_bytes / (redis_memory_max_bytes >= 0) > 0.9',
    'redis_memory_used_bytes / (redis_memory_max_bytes or vector(1)) > 0.9',
    'redis_memory_used_bytes / clamp_min(redis_memory_max_bytes, 0) > 0.9',
    'redis_memory_used_bytes / clamp_max(redis_memory_max_bytes, 1e12) > 0.9',
    'redis_memory_used_bytes / max_over_time(redis_memory_max_bytes[5m]) > 0.9',
    'redis_memory_used_bytes / (redis_memory_max_bytes + 0) > 0.9',
    'sum(redis_memory_used_bytes) / (sum(redis_memory_max_bytes) / 1024) > 0.9',
  ].map((expr) => ({ ...extraRule(expr), severity: 'warning' as const, observed: 'redis_memory_max_bytes without a guard' })),
)

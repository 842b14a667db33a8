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

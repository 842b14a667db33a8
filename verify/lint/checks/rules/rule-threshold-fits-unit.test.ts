import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'rule-threshold-fits-unit'
const severity = 'warning' as const

finds(
  id,
  'a threshold in another unit',
  { ...extraRule('http_server_requests_seconds_max > 500'), severity, expected: '0.5 for 500 ms' },
  {
    ...extraRule('sum(rate(http_server_requests_seconds_sum[5m])) / sum(rate(http_server_requests_seconds_count[5m])) > 250'),
    severity,
    expected: '0.25',
  },
  { ...extraRule('jvm_gc_pause_seconds_max > 200'), severity, observed: '200 seconds' },
  { ...extraRule('redis_memory_used_bytes > 800'), severity, expected: 'MiB' },
  { ...extraRule('sum by (job) (jvm_memory_used_bytes{area="heap"}) > 80'), severity, observed: '80 bytes' },
)

const fault = { ...extraRule('jvm_gc_pause_seconds_max > 200'), severity }
for (const expr of [
  'http_server_requests_seconds_max > 5',
  'http_server_requests_seconds_max * 1000 > 500',
  'redis_uptime_in_seconds < 300',
  'time() - process_start_time_seconds > 86400',
  'redis_memory_max_bytes < 1',
  'redis_memory_used_bytes / 1024 / 1024 > 800',
  'rate(http_server_requests_seconds_count[5m]) > 500',
  'rate(redis_net_input_bytes_total[5m]) > 800',
]) {
  const { file, from, to } = extraRule(expr)
  passes(id, expr, file, from, to, fault)
}

finds(
  id,
  'a share for a percentage, and a percentage for a share',
  { ...extraRule('100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes) > 0.9'), severity, expected: '90 for 0.9' },
  { ...extraRule('node_filesystem_avail_bytes / node_filesystem_size_bytes * 100 < 0.1'), severity, observed: '0.1 per cent' },
  { ...extraRule('avg by (job) (rate(container_cpu_usage_seconds_total[5m])) * 100 > 0.8'), severity, expected: '80 for 0.8' },
  { ...extraRule('avg_over_time(probe_success[5m]) * 100 < 0.99'), severity, expected: '99 for 0.99' },
  { ...extraRule('disk_usage_percent > 0.9'), severity, expected: '90 for 0.9' },
  { ...extraRule('0.9 < disk_usage_percent'), severity, expected: '90 for 0.9' },
  { ...extraRule('cache_hit_ratio < 90'), severity, expected: '0.9 for 90 %' },
)
for (const expr of [
  'sum(rate(http_requests_total{code=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) * 100 > 0.5',
  'disk_usage_percent > 90',
  'disk_usage_percent > 0.01',
  'cache_hit_ratio < 0.9',
  'activemq_store_usage_ratio > 70',
  'redis_mem_fragmentation_ratio > 10',
  'cache_hit_ratio * 100 < 90',
  'http_errors_percent > 0.5',
])
  passes(id, expr, extraRule('').file, extraRule('').from, extraRule(expr).to, fault)

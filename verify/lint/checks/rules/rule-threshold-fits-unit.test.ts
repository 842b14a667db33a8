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

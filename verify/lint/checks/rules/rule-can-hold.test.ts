import { extraRule, finds, passesRule } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-can-hold',
  'more samples than there are, bounds that exclude each other, shares in percent, what fails at each evaluation',
  ...[
    ['changes(redis_up[5m]) > 100', '> 100: never'],
    ['count_over_time(up{job="redis-exporter"}[5m]) >= 22', '>= 22: never'],
    ['50 < sum_over_time(redis_up[5m])', '> 50: never'],
    ['redis_connected_clients > 1 and on () (hour() >= 9 and hour() <= 5)', '>= 9 and <= 5'],
    ['redis_connected_clients > 1 and on () (hour() > 22 and hour() < 6)', '> 22 and < 6'],
    ['redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80', '> 80'],
    ['sum(jvm_memory_used_bytes) / sum(jvm_memory_max_bytes > 0) >= 90', '>= 90'],
    ['redis_up == 0 unless redis_up', 'nothing is left'],
    ['label_replace(redis_up, "host", "$1", "instance", "(.*:.*") == 0', 'each evaluation fails'],
    ['label_replace(redis_up, "host-name", "$1", "instance", "(.*)") == 0', 'no label name'],
    ['topk(0, redis_connected_clients) > 1', 'no row'],
  ].map(([expr = '', observed = '']) => ({ ...extraRule(expr), observed })),
)
for (const expr of [
  'changes(redis_up[5m]) > 3',
  'count_over_time(up{job="redis-exporter"}[5m]) >= 21',
  'sum_over_time(redis_connected_clients[5m]) > 1000',
  'redis_connected_clients > 1 and on () (hour() >= 9 or hour() <= 5)',
  'redis_connected_clients > 1 and on () (hour() >= 9 and hour() <= 17)',
  '100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 80',
  'redis_memory_used_bytes / (redis_memory_max_bytes > 0) > 1.2',
  'redis_memory_used_bytes / redis_memory_used_rss_bytes > 3',
  'redis_up == 0 unless redis_up == 1',
  'label_replace(redis_up, "host", "$1", "instance", "(.*):.*") == 0',
])
  passesRule('rule-can-hold', expr, 'topk(0, redis_connected_clients) > 1')

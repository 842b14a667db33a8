import { extraRule, finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-parses',
  'a broken expression is shown where it breaks',
  { file: 'alert-rules.yml', from: 'expr: up == 0', to: 'expr: up == ', subject: 'ServiceDown', observed: 'ends too early' },
  { file: 'alert-rules.yml', from: 'redis_up == 0', to: 'redis_up = 0', subject: 'RedisConnectionFailed' },
  {
    file: 'alert-rules.yml',
    from: 'expr: rate(mysql_global_status_slow_queries[5m])',
    to: 'expr: rate(mysql_global_status_slow_queries)',
    observed: 'needs a range',
  },
)

finds(
  'rule-parses',
  'numbers that are compared with each other',
  { ...extraRule('scalar(redis_connected_clients) > 100'), observed: 'numbers alone' },
  { ...extraRule('redis_up == 0 and on () (time() > 5)'), observed: 'numbers alone' },
)

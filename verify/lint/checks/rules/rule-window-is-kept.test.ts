import { extraRule, finds, passes, passesRule } from '../../../../testing/lint/lint-files.ts'

const ID = 'rule-window-is-kept'
const offset = (text: string): string => `redis_connected_clients > 2 * (redis_connected_clients offset ${text})`

finds(
  ID,
  'an offset beyond what is kept, and a window',
  { ...extraRule(offset('30d')), expected: '1w', observed: 'offset 30d' },
  { ...extraRule('max_over_time(redis_connected_clients[30d]) > 100'), severity: 'warning' },
  { ...extraRule('sum(increase(mysql_global_status_slow_queries[1h] offset 8d)) > 100'), observed: 'offset 8d' },
)
passesRule(ID, offset('1d'), offset('30d'))
passes(ID, 'more is kept', 'docker-compose.yaml', 'retention.time=7d', 'retention.time=90d', extraRule(offset('100d')))

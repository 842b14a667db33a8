import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [D, MYSQL, REDIS] = ['docker-compose.yaml', '[--mysqld.address=mysql:3306,', '--maxmemory, 64mb, ']

finds(
  'exporters-collect-metrics',
  'a collector that is switched off',
  {
    file: D,
    from: MYSQL,
    to: `[--no-collect.global_status, ${MYSQL.slice(1)}`,
    line: '--no-collect.global_status',
    expected: 'mysql_global_status_slow_queries',
  },
  {
    file: D,
    from: '--mysqld.username=root]',
    to: '--mysqld.username=root, --collect.global_status=false]',
    line: '--collect.global_status=false',
  },
)
finds(
  'exporters-collect-metrics',
  'a Redis without a limit',
  { file: D, from: REDIS, to: '', line: 'redis-server', subject: 'redis', expected: 'RedisHighMemory' },
  { file: D, from: '--maxmemory, 64mb', to: '--maxmemory, "0"', line: '--maxmemory, "0"' },
  { file: D, from: /\n {4}command: \[redis-server.*\]/, to: '', line: 'redis:7-alpine', subject: 'redis' },
  { file: D, from: /command: \[redis-server.*\]/, to: 'command: redis-server --maxmemory 0mb', line: '--maxmemory 0mb' },
)
passes('exporters-collect-metrics', 'a collector that no rule needs', D, MYSQL, `[--no-collect.global_variables, ${MYSQL.slice(1)}`)
passes('exporters-collect-metrics', 'a limit in a file', D, REDIS, '/etc/redis/redis.conf, ')

const LONG = '--long-query-time=1'
finds(
  'exporters-collect-metrics',
  'a time from which queries count as slow that none reaches, or every one',
  { file: D, from: LONG, to: '--long-query-time=0', line: '--long-query-time=0', observed: 'every query' },
  { file: D, from: LONG, to: '--long_query_time=20', subject: 'mysql', severity: 'warning', observed: '20 s: a service gives up' },
  { file: D, from: `    command: [${LONG}]\n`, to: '', subject: 'mysql', severity: 'warning', observed: '10 s by default' },
)
passes('exporters-collect-metrics', 'another time', D, LONG, '--long-query-time=0.5', {
  file: D,
  from: '--long-query-time=0.5',
  to: '--long-query-time=0',
})
passes('exporters-collect-metrics', 'an option file', D, `command: [${LONG}]`, 'configs: [{ source: jmx_exporter, target: /etc/my.cnf }]', {
  file: D,
  from: MYSQL,
  to: `[--no-collect.global_status, ${MYSQL.slice(1)}`,
})

finds('exporters-collect-metrics', 'metrics of another name', {
  file: 'docker-compose.yaml',
  from: 'REDIS_ADDR: redis://redis:6379\n',
  to: 'REDIS_ADDR: redis://redis:6379\n      REDIS_EXPORTER_NAMESPACE: cache\n',
  subject: 'redis-exporter',
  observed: 'its metrics are cache_*',
  line: 'NAMESPACE',
})

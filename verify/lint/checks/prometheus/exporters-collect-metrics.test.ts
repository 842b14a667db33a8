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

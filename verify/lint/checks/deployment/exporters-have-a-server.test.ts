import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'exporters-have-a-server'
const C = 'docker-compose.yaml'
const ADDRESS = '--mysqld.address=mysql:3306, '

finds(
  ID,
  'no address, a misspelt variable, no user, no password',
  { file: C, from: 'REDIS_ADDR: redis', to: 'REDIS_ADR: redis', observed: 'REDIS_ADR' },
  { file: C, from: ADDRESS, to: '', subject: 'mysqld-exporter', observed: 'localhost:3306' },
  { file: C, from: ', --mysqld.username=root', to: '', observed: 'no user' },
  { file: C, from: 'MYSQLD_EXPORTER_PASSWORD:', to: 'MYSQLD_PASSWORD:', expected: 'MYSQLD_EXPORTER_PASSWORD' },
  { file: C, from: 'MYSQLD_EXPORTER_PASSWORD:', to: 'DATA_SOURCE_NAME:', observed: 'not read since 0.15' },
  {
    file: C,
    from: 'oliver006/redis_exporter:v1.66.0-alpine\n    environment:\n      REDIS_ADDR',
    to: 'prometheuscommunity/postgres-exporter:v0.15.0\n    environment:\n      DATA_SOURCE',
    expected: 'DATA_SOURCE_NAME',
  },
)
passes(ID, 'the address as a flag', C, /environment:\n\s+REDIS_ADDR: (\S+)/, 'command: ["--redis.addr=$1"]')
passes(ID, 'a file with the credentials', C, ', --mysqld.username=root', ', --config.my-cnf=/etc/my.cnf')

finds(
  ID,
  'a server that no service is',
  {
    file: C,
    from: 'REDIS_ADDR: redis://redis:6379',
    to: 'REDIS_ADDR: redis://cache-primary:6379',
    line: 'REDIS_ADDR',
    severity: 'warning',
    observed: 'cache-primary',
  },
  {
    file: C,
    from: 'REDIS_ADDR: redis://redis:6379',
    to: 'REDIS_ADDR: sessions',
    line: 'REDIS_ADDR',
    severity: 'warning',
    observed: 'sessions',
  },
  {
    file: C,
    from: '--mysqld.address=mysql:3306',
    to: '--mysqld.address=database:3306',
    line: 'database:3306',
    severity: 'warning',
    subject: 'mysqld-exporter',
  },
)
passes(ID, 'a server elsewhere', C, 'REDIS_ADDR: redis://redis:6379', 'REDIS_ADDR: redis://cache.example.com:6379')

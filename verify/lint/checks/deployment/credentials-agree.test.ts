import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'credentials-agree'
finds(
  id,
  'user, password and database of a URL',
  { file: D, from: 'mysql://moalog:', to: 'mysql://maolog:', subject: 'moalog-server', expected: 'moalog', observed: 'maolog' },
  {
    file: D,
    from: /(DATABASE_URL: mysql:\/\/moalog:)\$\{MYSQL_PASSWORD/,
    to: '$1${MYSQL_ROOT_PASSWORD',
    subject: 'moalog-server',
    observed: 'another one',
  },
  { file: D, from: 'toxiproxy:13307/moalog', to: 'toxiproxy:13307/moalogs', subject: 'moalog-server', expected: 'the database moalog' },
  { file: D, from: 'POSTGRES_DB: fluxpay', to: 'POSTGRES_DB: fluxpay_db', subject: 'fluxpay-engine', observed: 'fluxpay' },
)
finds(
  id,
  'user name and password beside the URL',
  { file: D, from: 'SPRING_R2DBC_USERNAME: fluxpay', to: 'SPRING_R2DBC_USERNAME: postgress', subject: 'fluxpay-engine' },
  { file: D, from: '      SPRING_R2DBC_USERNAME: fluxpay\n', to: '', subject: 'fluxpay-engine', observed: 'none' },
  {
    file: D,
    from: 'SPRING_R2DBC_PASSWORD: ${POSTGRES_PASSWORD',
    to: 'SPRING_R2DBC_PASSWORD: ${MYSQL_PASSWORD',
    subject: 'fluxpay-engine',
    observed: 'another one',
  },
  {
    file: D,
    from: 'MYSQLD_EXPORTER_PASSWORD: ${MYSQL_ROOT_PASSWORD',
    to: 'MYSQLD_EXPORTER_PASSWORD: ${MYSQL_PASSWORD',
    subject: 'mysqld-exporter',
  },
  { file: D, from: '--mysqld.username=root', to: '--mysqld.username=exporter', subject: 'mysqld-exporter', expected: 'moalog or root' },
)
passes(
  id,
  'users that a script of the database creates',
  D,
  'volumes: ["postgres_data:/var/lib/postgresql/data"]',
  'volumes: ["postgres_data:/var/lib/postgresql/data", "./init:/docker-entrypoint-initdb.d:ro"]',
  {
    file: D,
    from: 'mysql://moalog:',
    to: 'mysql://maolog:',
  },
)

finds(
  'credentials-agree',
  'a password of Redis on one side',
  {
    file: 'docker-compose.yaml',
    from: '[redis-server, --maxmemory',
    to: '[redis-server, --requirepass, s3cret, --maxmemory',
    subject: 'redis-exporter',
    expected: '--requirepass',
    line: 'REDIS_ADDR',
  },
  {
    file: 'docker-compose.yaml',
    from: 'REDIS_ADDR: redis://redis:6379\n',
    to: 'REDIS_ADDR: redis://redis:6379\n      REDIS_PASSWORD: s3cret\n',
    subject: 'redis-exporter',
    expected: 'no password',
    line: 'REDIS_PASSWORD',
  },
)
passes(
  'credentials-agree',
  'a password of Redis on both sides',
  'docker-compose.yaml',
  /\[redis-server,|redis:\/\/redis:6379/g,
  (text: string) => (text.startsWith('[') ? '[redis-server, --requirepass, s3cret,' : 'redis://:s3cret@redis:6379'),
)

finds(
  'credentials-agree',
  'a user that the database does not create',
  { file: D, from: /  +MYSQL_USER: moalog\n/, to: '', subject: 'mysql', expected: 'MYSQL_USER: moalog', observed: 'no such user' },
  { file: D, from: /  +MYSQL_PASSWORD: .*\n/, to: '', subject: 'mysql', expected: 'MYSQL_PASSWORD beside MYSQL_USER' },
  { file: D, from: /  +POSTGRES_USER: fluxpay\n/, to: '', subject: 'postgres', expected: 'POSTGRES_USER: fluxpay' },
)
const user = { file: D, from: /  +MYSQL_USER: moalog\n/, to: '' }
passes('credentials-agree', 'a password in a file', D, /( +)MYSQL_PASSWORD: .*\n/, '$1MYSQL_PASSWORD_FILE: /run/secrets/mysql\n', user)
finds('credentials-agree', 'another password than that of the secret by which Prometheus asks', {
  file: D,
  from: 'ACTUATOR_PASSWORD: ${ACTUATOR_PASSWORD:?copy .env.example to .env}',
  to: 'ACTUATOR_PASSWORD: s3cret',
  expected: '${ACTUATOR_PASSWORD}',
})

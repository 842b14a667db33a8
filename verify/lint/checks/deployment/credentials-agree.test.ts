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

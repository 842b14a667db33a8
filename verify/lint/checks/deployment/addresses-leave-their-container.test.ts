import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'addresses-leave-their-container'
const C = 'docker-compose.yaml'

finds(
  ID,
  'localhost in a variable, a flag or a host beside its port',
  { file: C, from: 'redis://redis:6379', to: 'redis://localhost:6379', expected: 'redis:6379', line: 'redis://localhost' },
  { file: C, from: 'redis://redis:6379', to: 'redis://127.0.0.1', expected: 'redis:6379' },
  { file: C, from: '--mysqld.address=mysql:3306', to: '--mysqld.address=localhost:3306', expected: 'mysql:3306' },
  { file: C, from: 'KAFKA_BOOTSTRAP_SERVERS: kafka:29092', to: 'KAFKA_BOOTSTRAP_SERVERS: localhost:29092', subject: 'fluxpay-engine' },
  { file: C, from: 'RATE_LIMITER_URL: http://rate-limiter:8082', to: 'RATE_LIMITER_URL: "http://[::1]:8082"', subject: 'moalog-server' },
)
passes(
  ID,
  'its own port',
  C,
  'RATE_LIMITER_URL: http://rate-limiter:8082',
  'RATE_LIMITER_URL: http://rate-limiter:8082\n      SELF_URL: http://127.0.0.1:8090',
)
passes(ID, 'an address for browsers', C, 'GF_ANALYTICS_REPORTING_ENABLED: "false"', 'GF_SERVER_ROOT_URL: http://localhost:3100')

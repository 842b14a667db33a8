import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'variables-are-spelt'
const severity = 'warning' as const
finds(
  id,
  'a slip of the fingers in a name',
  {
    file: D,
    from: 'KAFKA_ADVERTISED_LISTENERS:',
    to: 'KAFKA_ADVERTISED_LSITENERS:',
    subject: 'kafka',
    expected: 'KAFKA_ADVERTISED_LISTENERS',
    severity,
  },
  { file: D, from: 'PAYMENT_PROVIDER_URL:', to: 'PAYMENT_PROVIDER_ULR:', subject: 'fluxpay-engine', severity },
  { file: D, from: 'MOALOG_SERVER_URL:', to: 'MAOLOG_SERVER_URL:', subject: 'rate-limiter', expected: 'MOALOG', severity },
  { file: D, from: 'OTEL_BSP_SCHEDULE_DELAY', to: 'OTEL_BSP_SCEDULE_DELAY', expected: 'SCHEDULE', severity },
)
passes(id, 'a word that is not known', D, 'KAFKA_HEAP_OPTS:', 'KAFKA_QUUX_OPTS:')
passes(id, 'another word', D, 'PAYMENT_PROVIDER_URL:', 'PAYMENTS_PROVIDERS_URLS:')

finds(
  'variables-are-spelt',
  'a name that the image does not look at, one in small letters among others',
  {
    file: 'docker-compose.yaml',
    from: 'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR',
    to: 'summary',
    subject: 'kafka',
    severity: 'warning',
    expected: 'cp-kafka reads',
  },
  {
    file: 'docker-compose.yaml',
    from: 'RUST_LOG: info',
    to: 'rustLog: info',
    subject: 'moalog-server',
    severity: 'warning',
    expected: 'in capitals',
  },
)
passes(
  'variables-are-spelt',
  'a proxy, which is in small letters',
  'docker-compose.yaml',
  'RUST_LOG: info',
  'http_proxy: http://proxy:3128',
  {
    file: 'docker-compose.yaml',
    from: 'MOALOG_OTEL_ENABLED:',
    to: 'MOALOG_OTEL_ENABELD:',
    severity: 'warning',
  },
)

finds(
  id,
  'short words of a name that is known whole',
  { file: D, from: 'OTEL_BSP_SCHEDULE_DELAY', to: 'OTEL_BPS_SCHEDULE_DELAY', expected: 'OTEL_BSP_SCHEDULE_DELAY', severity },
  { file: D, from: 'RUST_LOG:', to: 'RUST_LGO:', subject: 'moalog-server', expected: 'RUST_LOG', severity },
)

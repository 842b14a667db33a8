import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'servers-speak-tls'
const D = 'docker-compose.yaml'
finds(
  id,
  'a scheme with TLS for a server without a certificate',
  {
    file: D,
    from: 'REDIS_ADDR: redis://redis',
    to: 'REDIS_ADDR: rediss://redis',
    line: 'rediss://',
    subject: 'redis-exporter',
    expected: 'redis://redis',
  },
  {
    file: 'datasources.yml',
    from: 'url: http://prometheus:9090',
    to: 'url: https://prometheus:9090',
    line: 'https://prometheus',
    subject: 'Prometheus',
  },
  { file: 'datasources.yml', from: 'url: http://loki:3100', to: 'url: https://loki:3100', line: 'https://loki', subject: 'Loki' },
  {
    file: D,
    from: 'OTEL_SERVICE_NAME: fluxpay-engine',
    to: 'OTEL_SERVICE_NAME: fluxpay-engine\n      METRICS_URL: https://prometheus:9090/api/v1/query',
    line: 'METRICS_URL',
    subject: 'fluxpay-engine',
  },
)
passes(id, 'a server elsewhere', D, 'REDIS_ADDR: redis://redis:6379', 'REDIS_ADDR: rediss://cache.example.com:6379')
passes(
  id,
  'a server with a certificate',
  D,
  'command: [redis-server, ',
  'command: [redis-server, --tls-port, "6379", --tls-cert-file, /tls/redis.crt, ',
  {
    file: 'datasources.yml',
    from: 'url: http://prometheus:9090',
    to: 'url: https://prometheus:9090',
    subject: 'Prometheus',
  },
)

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const id = 'drill-reaches-services'
const published = (name: string): RegExp => new RegExp(`    ports: \\["[^\\]]*${name}[^\\]]*\\]\\n`)
finds(
  id,
  'what a drill asks, without its port',
  { file: D, from: published('MOALOG_SERVER_PORT'), to: '', severity: 'warning', subject: 'moalog-server', expected: 'port 8090' },
  { file: D, from: published('PROMETHEUS_PORT'), to: '', severity: 'warning', subject: 'prometheus', observed: 'no published port' },
  { file: D, from: published('LOKI_PORT'), to: '    ports: []\n', severity: 'warning', subject: 'loki' },
  { file: D, from: published('REDIS_PORT'), to: '', severity: 'warning', subject: 'redis' },
  {
    file: D,
    from: / {6}- "[^"]*RATE_LIMITER_PORT:-8082[^"]*"\n/,
    to: '',
    severity: 'warning',
    subject: 'rate-limiter',
    observed: 'only 9404',
  },
)
passes(id, 'what no drill asks', D, published('KAFKA_PORT'), '')
passes(id, 'another port of the host', D, '${PROMETHEUS_PORT:-9091}:9090', '9999:9090')

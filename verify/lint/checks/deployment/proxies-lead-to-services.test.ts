import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const id = 'proxies-lead-to-services'
finds(
  id,
  'the proxies of its file',
  { file: D, from: '"upstream": "redis:6379"', to: '"upstream": "reids:6379"', subject: 'redis', observed: 'did you mean redis' },
  { file: D, from: '"listen": "0.0.0.0:13307"', to: '"listen": "0.0.0.1:13307"', subject: 'mysql', expected: '0.0.0.0:port' },
  { file: D, from: '"upstream": "mysql:3306"', to: '"upstraem": "mysql:3306"', subject: 'mysql', observed: 'upstraem' },
  { file: D, from: '"name": "redis",', to: '"name": "redis"', subject: 'toxiproxy', expected: 'a JSON list' },
  { file: D, from: '"upstream": "redis:6379", "enabled": true', to: '"upstream": "redis:6379", "enabled": false', subject: 'redis' },
)
finds(
  id,
  'where it is read and asked',
  { file: D, from: '-config=/etc/toxiproxy/proxies.json', to: '-config=/etc/toxiproxy/porxies.json', subject: 'toxiproxy' },
  {
    file: D,
    from: 'target: /etc/toxiproxy/proxies.json',
    to: 'target: /etc/proxies.json',
    subject: 'toxiproxy',
    expected: '/etc/proxies.json',
  },
  { file: D, from: '-host=0.0.0.0', to: '-host=0.0.1.0', subject: 'toxiproxy' },
  { file: D, from: 'REDIS_PORT: "16382"', to: 'REDIS_PORT: "16383"', expected: '16382', observed: '16383' },
  { file: D, from: 'http://toxiproxy:18099', to: 'http://toxiproxy:18098', subject: 'fluxpay-engine', observed: '18098' },
)
passes(
  id,
  'its own API',
  D,
  'OTEL_SERVICE_NAME: fluxpay-engine',
  'OTEL_SERVICE_NAME: fluxpay-engine\n      TOXIPROXY_URL: http://toxiproxy:8474',
)
passes(id, 'a host outside', D, '"upstream": "redis:6379"', '"upstream": "redis.example.com:6379"')

finds(
  id,
  'a proxy that no service asks',
  { file: D, from: 'toxiproxy:15435', to: 'postgres:5432', subject: 'postgres', severity: 'warning', observed: 'past the proxy' },
  { file: D, from: 'http://toxiproxy:18099', to: 'http://payment-provider:8099', subject: 'payment-provider', severity: 'warning' },
  {
    file: D,
    from: '[\n',
    to: '[\n        { "name": "kafka", "listen": "0.0.0.0:19092", "upstream": "kafka:9092", "enabled": true },\n',
    subject: 'kafka',
    severity: 'warning',
  },
)

passes(id, 'a proxy that a variable may lead to', D, 'http://toxiproxy:18099', '${PAYMENT_URL:-http://payment-provider:8099}', {
  file: D,
  from: 'toxiproxy:15435',
  to: 'postgres:5432',
  subject: 'postgres',
  severity: 'warning',
  observed: 'past the proxy',
})

finds('proxies-lead-to-services', 'two proxies at one port', {
  file: 'docker-compose.yaml',
  from: '0.0.0.0:15435',
  to: '0.0.0.0:13307',
  subject: 'postgres',
  observed: 'on which another proxy listens',
  line: '"postgres"',
})

finds(
  'proxies-lead-to-services',
  'an API that is not reached from the host',
  { file: 'docker-compose.yaml', from: '-host=0.0.0.0, ', to: '', subject: 'toxiproxy', expected: '-host=0.0.0.0' },
  {
    file: 'docker-compose.yaml',
    from: '${TOXIPROXY_PORT:-8474}:8474',
    to: '${TOXIPROXY_PORT:-8474}:8473',
    subject: 'toxiproxy',
    observed: '8473',
  },
)

finds(
  'proxies-lead-to-services',
  'two proxies of one name, or one without',
  { file: 'docker-compose.yaml', from: '"name": "mysql"', to: '"name": "redis"', observed: 'another proxy has' },
  { file: 'docker-compose.yaml', from: '"name": "mysql", ', to: '', observed: 'Toxiproxy refuses' },
  { file: 'docker-compose.yaml', from: '"name": "mysql"', to: '"name": ""', observed: 'Toxiproxy refuses' },
)

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'urls-are-whole'
finds(
  id,
  'scheme, slashes, host, port',
  { file: D, from: 'http://moalog-server:8090', to: 'http:/moalog-server:8090', subject: 'MOALOG_SERVER_URL', expected: 'http://host' },
  { file: D, from: 'http://fluxpay-engine:8081', to: 'htpp://fluxpay-engine:8081', expected: 'http://' },
  { file: D, from: 'http://fluxpay-engine:8081', to: 'http://:8081', expected: 'a host' },
  { file: D, from: 'http://fluxpay-engine:8081', to: 'http://fluxpay-engine:80810', expected: '65535' },
  { file: 'datasources.yml', from: 'http://loki:3100', to: 'htt://loki:3100', expected: 'http://' },
  { file: 'promtail.yml', from: 'http://loki:3100', to: 'http:///loki:3100', expected: 'a host' },
)
finds(id, 'no URL', {
  file: D,
  from: 'PAYMENT_PROVIDER_URL: http://toxiproxy:18099',
  to: 'PAYMENT_PROVIDER_URL: A',
  subject: 'PAYMENT_PROVIDER_URL',
  expected: 'a URL',
})
passes(
  id,
  'schemes of drivers, and paths without a host',
  D,
  'r2dbc:postgresql://toxiproxy:15435/fluxpay',
  'r2dbc:oracle:thin:@toxiproxy:15435/fluxpay',
)
passes(id, 'another scheme', D, 'http://fluxpay-engine:8081', 'consul://fluxpay-engine')

finds(
  'urls-are-whole',
  'a driver that is not named, a public host that is misspelt',
  { file: 'docker-compose.yaml', from: 'r2dbc:postgresql', to: 'r3dbc:postgresql', expected: 'r2dbc:' },
  { file: 'docker-compose.yaml', from: '- https://github.com', to: '- https://gtihub.com', expected: 'github' },
)

passes(id, 'a volume called postgres', D, '["postgres_data:/var/lib/postgresql/data"]', '["postgres:/var/lib/postgresql/data"]')

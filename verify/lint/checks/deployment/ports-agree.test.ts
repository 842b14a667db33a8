import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

finds(
  'ports-agree',
  'a service listens on another port than all others ask for',
  {
    file: D,
    from: 'SERVER_PORT: "8082"',
    to: 'SERVER_PORT: "8080"',
    line: 'SERVER_PORT: "8080"',
    subject: 'rate-limiter',
    expected: '8082',
  },
  { file: D, from: 'MOALOG_BIND: 0.0.0.0:8090', to: 'MOALOG_BIND: 0.0.0.0:8091', line: 'MOALOG_BIND', observed: '8091' },
  { file: D, from: 'jmx_prometheus_javaagent.jar=9404:', to: 'jmx_prometheus_javaagent.jar=9414:', line: '=9414:', expected: '9404' },
  {
    file: D,
    from: '[--mysqld.address=mysql:3306,',
    to: '[--web.listen-address=:9105, --mysqld.address=mysql:3306,',
    line: '--web.listen-address=:9105',
  },
)
finds(
  'ports-agree',
  'one asks for a port on which nothing listens',
  {
    file: D,
    from: 'redis://redis:6379',
    to: 'redis://redis:6382',
    line: 'REDIS_ADDR',
    subject: 'redis',
    expected: '6379',
    observed: '6382',
  },
  { file: D, from: 'http://127.0.0.1:3100/ready', to: 'http://127.0.0.1:3101/ready', line: '127.0.0.1:3101', subject: 'loki' },
  { file: D, from: '--mysqld.address=mysql:3306', to: '--mysqld.address=mysql:3307', line: 'mysql:3307', subject: 'mysql' },
  {
    file: D,
    from: 'RATE_LIMITER_URL: http://rate-limiter:8082',
    to: 'RATE_LIMITER_URL: http://rate-limiter:8080',
    line: 'RATE_LIMITER_URL',
  },
  { file: D, from: 'http://127.0.0.1:14269/', to: 'http://127.0.0.1:14296/', line: '14296', subject: 'jaeger' },
  { file: D, from: '${GRAFANA_PORT:-3001}:3000', to: '${GRAFANA_PORT:-3001}:3001', line: ':3001"]', subject: 'grafana' },
  { file: D, from: '/dev/tcp/127.0.0.1/9080', to: '/dev/tcp/127.0.0.1/9090', line: '127.0.0.1/9090', subject: 'promtail' },
)
finds(
  'ports-agree',
  'host and port in two variables',
  {
    file: D,
    from: 'REDIS_HOST: toxiproxy',
    to: 'REDIS_HOST: redis',
    line: 'REDIS_HOST',
    subject: 'redis',
    observed: 'REDIS_HOST and REDIS_PORT',
  },
  {
    file: D,
    from: 'REDIS_HOST: toxiproxy\n  REDIS_PORT: "16382"',
    to: 'REDIS_HOST: redis\n  REDIS_PORT: "6380"',
    observed: '6380',
  },
  { file: D, from: 'REDIS_HOST: toxiproxy', to: 'REDIS_HOST: mysql', line: 'REDIS_HOST', subject: 'mysql' },
)
passes(
  'ports-agree',
  'the server itself in two variables',
  D,
  'REDIS_HOST: toxiproxy\n  REDIS_PORT: "16382"',
  'REDIS_HOST: redis\n  REDIS_PORT: "6379"',
)
finds(
  'ports-agree',
  'a host that is nearly a service',
  { file: D, from: 'redis://redis:6379', to: 'redis://reddis:6379', line: 'reddis', observed: 'did you mean redis' },
  { file: D, from: 'kafka:29092\n      PAYMENT', to: 'kafak:29092\n      PAYMENT', line: 'kafak' },
)
passes('ports-agree', 'a server elsewhere', D, 'REDIS_ADDR: redis://redis:6379', 'REDIS_ADDR: redis://cache.example.org:6390')

passes('ports-agree', "Loki's port for its own kind", D, '${LOKI_PORT:-3100}:3100"]', '${LOKI_PORT:-3100}:3100", "7946:7946"]')

const INSIDE = '    image: oliver006/redis_exporter:v1.66.0-alpine\n    network_mode: "service:redis"\n'
finds(
  'ports-agree',
  'containers in the network of another one',
  {
    file: D,
    from: '    image: grafana/loki:2.9.0\n',
    to: '    image: prom/prometheus:v2.48.0\n    network_mode: service:prometheus\n',
    subject: 'loki',
    expected: 'both have one address',
  },
  {
    file: D,
    from: '    image: oliver006/redis_exporter:v1.66.0-alpine\n',
    to: `${INSIDE}    command: [--web.listen-address=:6379]\n`,
    subject: 'redis-exporter',
  },
  {
    file: D,
    from: '    image: grafana/grafana:10.2.0\n',
    to: '    image: prom/mysqld-exporter:v0.16.0\n    network_mode: service:mysqld-exporter\n',
    subject: 'grafana',
  },
)
passes('ports-agree', 'another port of the same network', D, '    image: oliver006/redis_exporter:v1.66.0-alpine\n', INSIDE, {
  file: D,
  from: '127.0.0.1:3100/ready',
  to: '127.0.0.1:3101/ready',
})

finds('ports-agree', 'a scrape target that is nearly a service', {
  file: 'docker-compose.yaml',
  from: '  redis-exporter:\n',
  to: '  redis-epxorter:\n',
  observed: 'redis-exporter; did you mean redis-epxorter?',
})

finds(
  'ports-agree',
  'published for datagrams, and a health check with a port of its own',
  {
    file: 'docker-compose.yaml',
    from: '${LOKI_PORT:-3100}:3100"]',
    to: '${LOKI_PORT:-3100}:3100/udp"]',
    subject: 'loki',
    observed: 'UDP alone',
    line: '/udp',
  },
  {
    file: 'docker-compose.yaml',
    from: 'test: [CMD, redis-cli, ping]',
    to: 'test: [CMD, redis-cli, -p, "6380", ping]',
    subject: 'redis',
    observed: '6380, asked by its health check',
    line: '6380',
  },
  {
    file: 'docker-compose.yaml',
    from: 'test: [CMD, pg_isready,',
    to: 'test: [CMD, pg_isready, -p, "5433",',
    subject: 'postgres',
    observed: '5433, asked by its health check',
    line: '5433',
  },
  {
    file: 'docker-compose.yaml',
    from: '    container_name: fluxpay-postgres\n',
    to: '    container_name: fluxpay-postgres\n    command: [postgres, -p, "5433"]\n',
    subject: 'postgres',
    expected: '5433',
  },
)
passes(
  'ports-agree',
  'a port for both',
  'docker-compose.yaml',
  '${LOKI_PORT:-3100}:3100"]',
  '${LOKI_PORT:-3100}:3100", "${BIND_ADDRESS:-127.0.0.1}:${LOKI_PORT:-3100}:3100/udp"]',
)

finds(
  'ports-agree',
  'data sources of a host that is no service, and a port that speaks no HTTP',
  {
    file: 'datasources.yml',
    from: '  - name: Jaeger\n',
    to: '  - { name: Tempo, type: tempo, uid: t, access: proxy, url: "http://tempo:3200" }\n  - name: Jaeger\n',
    subject: 'Tempo',
    severity: 'warning',
  },
  {
    file: 'datasources.yml',
    from: '  - name: Jaeger\n',
    to: '  - { name: AM, type: alertmanager, uid: a, access: proxy, url: "http://alertmanager:9094" }\n  - name: Jaeger\n',
    observed: 'gossip',
  },
  { file: D, from: 'http://127.0.0.1:9093/-/ready', to: 'http://127.0.0.1:9094/-/ready', observed: 'gossip', line: '9094' },
)

finds(
  'ports-agree',
  'a service that a scrape job or a variable names is gone or misspelt',
  {
    file: 'docker-compose.yaml',
    from: /^ {2}redis-exporter:\n(?:(?: {4}.*)?\n)+/m,
    to: '',
    subject: 'redis-exporter',
    observed: 'no service',
  },
  { file: 'docker-compose.yaml', from: /^ {2}mysqld-exporter:\n(?:(?: {4}.*)?\n)+/m, to: '', subject: 'mysqld-exporter' },
  { file: 'docker-compose.yaml', from: /^ {2}moalog-server:\n(?:(?: {4}.*)?\n)+/m, to: '', subject: 'moalog-server' },
  { file: 'docker-compose.yaml', from: /REDIS_HOST: .*/, to: 'REDIS_HOST: toxyproxy', observed: 'did you mean toxiproxy' },
  { file: 'docker-compose.yaml', from: /REDIS_HOST: .*/, to: 'REDIS_HOST: toxi-proxy', observed: 'did you mean toxiproxy' },
  {
    file: 'docker-compose.yaml',
    from: 'http://otel-collector:4317',
    to: 'http://otel-colector:4317',
    observed: 'did you mean otel-collector',
  },
)

test('ports-agree: an agent in a broker whose image is not called kafka is scraped by a relabelled job', async () => {
  const { texts } = await deployment()
  const job = `  - job_name: broker
    static_configs: [{ targets: ['kafka:1234'] }]
    relabel_configs: [{ source_labels: [job], target_label: env, replacement: dev }]
`
  const scraped = change(texts, 'prometheus.yml', 'scrape_configs:\n', `scrape_configs:\n${job}`)
  const others = change(scraped, D, 'confluentinc/cp-kafka:7.5.3', 'confluentinc/cp-server:7.5.3')
  assert.deepEqual((await lintOf(others, 'ports-agree')).findings, [])
})

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'health-check-can-pass'
const LOKI = 'test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:3100/ready"]'
finds(
  id,
  'its first word and its program',
  { file: D, from: LOKI, to: LOKI.replace('CMD', 'CDM'), subject: 'loki', expected: 'CMD, CMD-SHELL or NONE' },
  { file: D, from: LOKI, to: LOKI.replace('CMD, ', ''), subject: 'loki', observed: 'wget' },
  { file: D, from: LOKI, to: LOKI.replace('wget', 'wegt'), expected: 'wget' },
  { file: D, from: LOKI, to: 'test: [CMD]', observed: 'nothing' },
  { file: D, from: '      <<: *health\n      ' + LOKI, to: '      <<: *health', subject: 'loki', observed: 'times alone' },
)
finds(
  id,
  'arguments and address',
  { file: D, from: LOKI, to: LOKI.replace('/dev/null, ', ''), expected: 'a file, /dev/null', observed: 'http://127.0.0.1:3100/ready' },
  { file: D, from: LOKI, to: LOKI.replace(', "http://127.0.0.1:3100/ready"', ''), expected: 'a URL for wget' },
  { file: D, from: LOKI, to: LOKI.replace('/ready', '/raedy'), expected: 'ready' },
  { file: D, from: LOKI, to: LOKI.replace('/ready', '/status'), expected: '/ready', observed: '/status' },
  { file: D, from: LOKI, to: LOKI.replace('127.0.0.1', '128.0.0.1'), expected: '127.0.0.1' },
  { file: D, from: '[CMD, redis-cli, ping]', to: '[CMD, redis-cli]', subject: 'redis' },
  {
    file: D,
    from: '[CMD, test, -s, /otel/opentelemetry-javaagent.jar]',
    to: '[CMD, test, -s, /otel/javaagent.jar]',
    expected: '/otel/opentelemetry-javaagent.jar',
  },
)
finds(
  id,
  'what a shell gets',
  { file: D, from: 'exec 3<>/dev/tcp/127.0.0.1/29092', to: 'exec 3<>/dev/tpc/127.0.0.1/29092', subject: 'kafka', observed: 'tpc' },
  { file: D, from: '"exec 3<>/dev/tcp/127.0.0.1/29092"', to: '"exec 3<>/dev/tcp/127.0.0.1"', expected: '/dev/tcp/host/port' },
  { file: D, from: '[CMD-SHELL, ', to: '[CMD-SHELL, sh, ', subject: 'mysql', expected: 'one text' },
)
passes(id, 'off', D, LOKI, 'test: [NONE]')
passes(id, 'as one text', D, LOKI, 'test: wget --spider -q http://localhost:3100/ready || exit 1')
// The image of Loki 2.9 (Alpine with ca-certificates and libcap) has wget and no curl.
finds(id, 'a program that the image does not hold', {
  file: D,
  from: LOKI,
  to: 'test: [CMD, curl, -fsS, "http://localhost:3100/ready"]',
  observed: 'curl',
})
passes(id, 'another path', D, LOKI, 'test: [CMD, wget, -q, -O, /dev/null, "http://localhost:3100/loki/api/v1/labels"]')
passes(id, 'a program that is not known', D, LOKI, 'test: [CMD, /usr/bin/loki-canary-check, -addr, "127.0.0.1:3100"]')

finds(
  'health-check-can-pass',
  'a status that none answers, code that asks nothing, options of pg_isready',
  { file: 'docker-compose.yaml', from: 'grep -q " 200 "', to: 'grep -q " 199 "', expected: 'a status such as 200' },
  { file: 'docker-compose.yaml', from: 'process.exit(0)', to: 'process.eixt(0)', subject: 'payment-provider', expected: 'exit' },
  {
    file: 'docker-compose.yaml',
    from: "connect(8099, '127.0.0.1')",
    to: "connect(8099, '128.0.0.1')",
    subject: 'payment-provider',
    observed: '128.0.0.1',
  },
  {
    file: 'docker-compose.yaml',
    from: /"require\('node:net'\)[^"]*"/,
    to: 'loki',
    subject: 'payment-provider',
    expected: 'a program that asks a port',
  },
  {
    file: 'docker-compose.yaml',
    from: '-U, fluxpay, -d',
    to: 'fluxpay, -U, -d',
    subject: 'postgres',
    line: 'pg_isready',
    expected: 'an option of pg_isready',
  },
)
passes(
  'health-check-can-pass',
  'long options of pg_isready',
  'docker-compose.yaml',
  '-U, fluxpay, -d, fluxpay',
  '--username=fluxpay, --dbname=fluxpay',
)

finds(
  'health-check-can-pass',
  'a descriptor that is not open, code as a file, times alone where the Dockerfile has no check',
  {
    file: 'docker-compose.yaml',
    from: "'exec 3<>/dev/tcp/127.0.0.1/9080",
    to: "'exec 4<>/dev/tcp/127.0.0.1/9080",
    subject: 'promtail',
    observed: '&3',
  },
  { file: 'docker-compose.yaml', from: '[CMD, node, -e, ', to: '[CMD, node, ', subject: 'payment-provider', expected: '-e before code' },
  { file: 'docker-compose.yaml', from: / {6}test: \[CMD, node, -e, .*\n/, to: '', subject: 'payment-provider', observed: 'times alone' },
)

finds('health-check-can-pass', 'a server with TLS that is asked without', {
  file: 'docker-compose.yaml',
  from: 'GF_ANALYTICS_REPORTING_ENABLED: "false"\n',
  to: 'GF_ANALYTICS_REPORTING_ENABLED: "false"\n      GF_SERVER_PROTOCOL: https\n',
  subject: 'grafana',
  observed: 'https',
  line: 'GF_SERVER_PROTOCOL',
})

const ASKED = 'GET /ready HTTP/1.0'
finds(
  'health-check-can-pass',
  'a request by hand, a host, a variable and a program that are none',
  { file: 'docker-compose.yaml', from: ASKED, to: 'GET /ready HTTP/2.0', subject: 'promtail', expected: 'HTTP/1.0' },
  { file: 'docker-compose.yaml', from: ASKED, to: 'GET /ready HTTP/1.1', subject: 'promtail' },
  { file: 'docker-compose.yaml', from: 'exec 3<>/dev/tcp/127.0.0.1/29092', to: 'exec 3<>/dev/tcp/126.0.0.1/29092', subject: 'kafka' },
  { file: 'docker-compose.yaml', from: 'pg_isready, -h, 127.0.0.1', to: 'pg_isready, -h, 128.0.0.1', subject: 'postgres' },
  { file: 'docker-compose.yaml', from: '[CMD, redis-cli, ping]', to: '[CMD, ping]', subject: 'redis', observed: 'ping' },
  {
    file: 'docker-compose.yaml',
    from: '/toxiproxy-cli, list',
    to: '/txoiproxy-cli, list',
    subject: 'toxiproxy',
    expected: 'toxiproxy-cli',
  },
)
passes('health-check-can-pass', 'a request with its host', 'docker-compose.yaml', ASKED, 'GET /ready HTTP/1.1\\r\\nHost: localhost')

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'listeners-are-reachable'
const C = 'docker-compose.yaml'

finds(
  ID,
  'localhost by a variable, a flag, an agent or a file',
  { file: C, from: 'SERVER_ADDRESS: 0.0.0.0', to: 'SERVER_ADDRESS: 127.0.0.1', observed: '127.0.0.1' },
  { file: C, from: 'MOALOG_BIND: 0.0.0.0', to: 'MOALOG_BIND: localhost', subject: 'moalog-server' },
  { file: C, from: 'jmx_prometheus_javaagent.jar=9404', to: 'jmx_prometheus_javaagent.jar=127.0.0.1:9404', line: '127.0.0.1:9404' },
  { file: C, from: '--web.enable-lifecycle', to: '--web.enable-lifecycle, "--web.listen-address=127.0.0.1:9090"', subject: 'prometheus' },
  { file: C, from: 'GF_ANALYTICS_REPORTING_ENABLED: "false"', to: 'GF_SERVER_HTTP_ADDR: 127.0.0.1', line: 'GF_SERVER_HTTP_ADDR' },
  { file: C, from: '--maxmemory, 64mb', to: '--bind, 127.0.0.1, --maxmemory, 64mb', subject: 'redis' },
  {
    file: 'loki/loki.yml',
    from: 'http_listen_port: 3100',
    to: 'http_listen_port: 3100\n  http_listen_address: 127.0.0.1',
    subject: 'loki',
  },
  { file: 'jaeger.yml', from: '0.0.0.0:16686', to: '"[::1]:16686"', subject: 'jaeger' },
)
passes(
  ID,
  'what nothing else asks for may be on localhost',
  'promtail.yml',
  'http_listen_port: 9080',
  'http_listen_port: 9080\n  http_listen_address: 127.0.0.1',
)
passes(ID, 'all addresses', C, '--web.enable-lifecycle', '--web.enable-lifecycle, "--web.listen-address=0.0.0.0:9090"')
passes(ID, 'all addresses of Redis', C, '--maxmemory, 64mb', '--bind, "*", --maxmemory, 64mb')

finds(
  'listeners-are-reachable',
  'no TCP, and an admin address',
  {
    file: 'docker-compose.yaml',
    from: '[--long-query-time=1]',
    to: '[--long-query-time=1, --skip-networking]',
    subject: 'mysql',
    observed: 'skip-networking',
    line: 'skip-networking',
  },
  { file: 'docker-compose.yaml', from: '-host=0.0.0.0', to: '-host=127.0.0.1', subject: 'toxiproxy', observed: '127.0.0.1', line: '-host' },
)

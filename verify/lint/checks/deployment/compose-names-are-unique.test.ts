import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

finds(
  'compose-names-are-unique',
  'a container name twice',
  {
    file: D,
    from: '    image: grafana/loki:2.9.0\n',
    to: '    image: grafana/loki:2.9.0\n    container_name: moalog-redis\n',
    line: 'container_name: moalog-redis',
    subject: 'loki',
  },
  {
    file: D,
    from: '    image: grafana/grafana:10.2.0\n',
    to: '    image: grafana/grafana:10.2.0\n    container_name: "${NAME:-fluxpay-kafka}"\n',
    line: 'fluxpay-kafka',
  },
)
finds(
  'compose-names-are-unique',
  'a port of the host twice',
  {
    file: D,
    from: '${GRAFANA_PORT:-3001}:3000',
    to: '${GRAFANA_PORT:-3100}:3000',
    line: '${GRAFANA_PORT:-3100}',
    observed: '3100',
    subject: 'grafana',
  },
  { file: D, from: '${BIND_ADDRESS:-127.0.0.1}:${MYSQL_PORT:-3307}:3306', to: '6382:3306', line: '"6382:3306"', subject: 'mysql' },
  {
    file: D,
    from: '"${BIND_ADDRESS:-127.0.0.1}:${JAEGER_PORT:-16686}:16686"',
    to: '{ target: 16686, published: "9091" }',
    line: 'published: "9091"',
  },
  { file: D, from: '"${BIND_ADDRESS:-127.0.0.1}:${JAEGER_PORT:-16686}:16686"', to: '"9085-9095:16686-16696"', line: '9085-9095' },
)
passes(
  'compose-names-are-unique',
  'another address, another protocol',
  D,
  '${BIND_ADDRESS:-127.0.0.1}:${MYSQL_PORT:-3307}:3306',
  '127.0.0.2:6382:3306", "9091:9091/udp',
)
passes('compose-names-are-unique', 'ports chosen by Docker', D, '${BIND_ADDRESS:-127.0.0.1}:${MYSQL_PORT:-3307}:3306', '3306')

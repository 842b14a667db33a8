import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'
const MYSQLD = '[--mysqld.address=mysql:3306'
const REDIS = 'REDIS_ADDR: redis://redis:6379\n'
const PROMETHEUS = '--web.enable-lifecycle]'

finds(
  'metrics-paths-agree',
  'a path at which no one asks',
  {
    file: D,
    from: MYSQLD,
    to: `[--web.telemetry-path=/m, ${MYSQLD.slice(1)}`,
    subject: 'mysqld-exporter',
    expected: '/metrics',
    line: 'telemetry-path',
  },
  { file: D, from: REDIS, to: `${REDIS}      REDIS_EXPORTER_WEB_TELEMETRY_PATH: /m\n`, subject: 'redis-exporter', line: 'TELEMETRY_PATH' },
  {
    file: D,
    from: PROMETHEUS,
    to: '--web.enable-lifecycle, --web.route-prefix=/prom]',
    expected: 'its health check (/-/ready)',
    line: 'route-prefix',
  },
  {
    file: D,
    from: PROMETHEUS,
    to: '--web.enable-lifecycle, "--web.external-url=https://ops.example/prometheus/"]',
    expected: 'the job prometheus (/metrics)',
    line: 'external-url',
  },
)
for (const [from, to] of [
  [MYSQLD, `[--web.telemetry-path=/metrics, ${MYSQLD.slice(1)}`],
  [PROMETHEUS, '--web.enable-lifecycle, "--web.external-url=https://prometheus.ops.example"]'],
  [PROMETHEUS, '--web.enable-lifecycle, "--web.external-url=https://ops.example/prometheus", --web.route-prefix=/]'],
] as const)
  passes('metrics-paths-agree', to, D, from, to)

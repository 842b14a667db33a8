import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

finds(
  'data-folders-are-kept',
  'a volume that may not be written to',
  ...[
    ['prometheus_data:/prometheus', 'prometheus'],
    ['loki_data:/loki', 'loki'],
    ['grafana_data:/var/lib/grafana', 'grafana'],
    ['mysql_data:/var/lib/mysql', 'mysql'],
    ['postgres_data:/var/lib/postgresql/data', 'postgres'],
    ['promtail_positions:/var/lib/promtail', 'promtail'],
  ].map(([volume = '', subject = '']) => ({
    file: D,
    from: volume,
    to: `${volume}:ro`,
    subject,
    observed: 'mounted read-only',
    line: `${volume}:ro`,
  })),
)
finds(
  'data-folders-are-kept',
  'a volume beside the folder that is written to',
  {
    file: D,
    from: 'prometheus_data:/prometheus',
    to: 'prometheus_data:/data',
    severity: 'warning',
    expected: 'at /prometheus',
    line: '/data',
  },
  { file: D, from: 'loki_data:/loki', to: 'loki_data:/data', severity: 'warning', observed: 'lost with the container', line: '/data' },
  {
    file: D,
    from: 'mysql_data:/var/lib/mysql',
    to: 'mysql_data:/var/lib/mysqld',
    severity: 'warning',
    subject: 'mysql',
    line: '/var/lib/mysqld',
  },
)
finds('data-folders-are-kept', 'a root file system that may not be written to', {
  file: D,
  from: '      - loki_data:/loki\n',
  to: '    read_only: true\n',
  observed: 'read_only: true',
  subject: 'loki',
})
passes(
  'data-folders-are-kept',
  'the data folder is moved to the volume',
  D,
  /--storage\.tsdb\.path=\/prometheus([^]*?)prometheus_data:\/prometheus/,
  '--storage.tsdb.path=/data$1prometheus_data:/data',
)
passes('data-folders-are-kept', 'a folder above it', D, 'loki_data:/loki', 'loki_data:/loki/')

finds('data-folders-are-kept', 'a volume at a folder of the system', {
  file: 'docker-compose.yaml',
  from: 'grafana_data:/var/lib/grafana',
  to: 'grafana_data:/var/lib',
  subject: 'grafana',
  severity: 'warning',
  observed: 'a folder of the image',
})

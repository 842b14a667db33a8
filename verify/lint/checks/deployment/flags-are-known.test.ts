import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'flags-are-known'
finds(
  id,
  'a letter of a flag',
  { file: D, from: '--config.file=/etc/prometheus', to: '--config.flie=/etc/prometheus', subject: 'prometheus', expected: '--config.file' },
  { file: D, from: '--storage.tsdb.path=', to: '--storage.tdsb.path=', expected: '--storage.tsdb.path' },
  { file: D, from: '--maxmemory-policy', to: '--maxmemory-polciy', subject: 'redis', expected: '--maxmemory-policy' },
  { file: D, from: '--mysqld.address', to: '--mysqld.adress', subject: 'mysqld-exporter' },
  { file: D, from: '- --location', to: '- --loaction', subject: 'otel-agent-init', expected: '--location' },
)
finds(
  id,
  'no flag at all',
  { file: D, from: '[-config.file=/etc/loki/loki.yml]', to: '[/etc/loki/loki.yml]', subject: 'loki', expected: 'a flag of loki' },
  { file: D, from: '--web.enable-lifecycle]', to: 'web.enable-lifecycle]', subject: 'prometheus' },
)
passes(id, 'a flag of a newer version', D, '--web.enable-lifecycle', '--web.enable-remote-write-receiver, --web.new-thing=1')
passes(id, 'a value that stands alone', D, '--storage.tsdb.retention.time=7d', '--storage.tsdb.retention.time, 7d')
passes(id, 'a flag the other way round', D, '--web.enable-lifecycle', '--no-web.enable-lifecycle')

finds(id, 'a flag without its value', {
  file: D,
  from: '--storage.tsdb.path=/prometheus',
  to: '--storage.tsdb.path=',
  subject: 'prometheus',
  observed: 'none',
})

finds(
  'flags-are-known',
  'curl without the value of an option, or without a URL',
  {
    file: 'docker-compose.yaml',
    from: '      - /otel/opentelemetry-javaagent.jar\n',
    to: '',
    subject: 'otel-agent-init',
    expected: 'a value of --output',
  },
  { file: 'docker-compose.yaml', from: /  +- https:.*javaagent\.jar\n/, to: '', subject: 'otel-agent-init', expected: 'a URL' },
)

finds('flags-are-known', 'a collector without a configuration', {
  file: 'docker-compose.yaml',
  from: 'command: [--config=/etc/otel-collector/otel-collector.yml]',
  to: 'command: []',
  subject: 'otel-collector',
  expected: '--config=FILE',
})

finds(
  'flags-are-known',
  'what kingpin refuses: one dash, a switch with a value, a duration without a unit',
  {
    file: 'docker-compose.yaml',
    from: '[--config.file=/etc/prometheus',
    to: '[-config.file=/etc/prometheus',
    expected: 'two dashes',
    line: '-config.file',
  },
  {
    file: 'docker-compose.yaml',
    from: '--web.enable-lifecycle]',
    to: '--web.enable-lifecycles]',
    observed: 'did you mean web.enable-lifecycle',
    line: 'lifecycles',
  },
  {
    file: 'docker-compose.yaml',
    from: '--web.enable-lifecycle]',
    to: '--web.enable-lifecycle=true]',
    expected: 'without a value',
    line: 'lifecycle=true',
  },
  {
    file: 'docker-compose.yaml',
    from: 'retention.time=7d',
    to: 'retention.time=7days',
    expected: 'a duration with its unit',
    line: '7days',
  },
  {
    file: 'docker-compose.yaml',
    from: '--web.enable-lifecycle]',
    to: '--web.enable-lifecycle, --query.timeout=120]',
    observed: '--query.timeout=120',
    line: 'query.timeout',
  },
)
passes('flags-are-known', 'durations of several units', 'docker-compose.yaml', 'retention.time=7d', 'retention.time=1d12h')

finds(
  id,
  'words that curl takes for a URL',
  { file: D, from: '      - --output\n', to: '', subject: 'otel-agent-init', expected: 'an option of curl' },
  { file: D, from: '- --silent', to: '- quiet', subject: 'otel-agent-init', observed: 'quiet' },
)
passes(id, 'two URLs', D, '- --silent', '- --silent\n      - example.com/other', { file: D, from: '- --silent', to: '- quiet' })
finds(
  id,
  'what redis-server refuses',
  { file: D, from: '--appendonly, "no"', to: '--appendonly, "off"', subject: 'redis', expected: 'yes or no' },
  { file: D, from: '--save, ""', to: '--save, "never"', subject: 'redis', expected: '--save SECONDS CHANGES' },
  { file: D, from: '--appendonly, "no"', to: '"no"', subject: 'redis', observed: 'no' },
)
passes(id, 'a saved file', D, '--save, ""', '--save, "60", "1000"')
passes(id, 'a saved file in one word', D, '--save, ""', '--save, "900 1 300 10"')
finds(id, 'Prometheus without its file', {
  file: D,
  from: '--config.file=/etc/prometheus/prometheus.yml, ',
  to: '',
  subject: 'prometheus',
  expected: '--config.file=FILE',
})
finds(
  id,
  'words behind letters of curl that have no value',
  { file: D, from: '- --silent', to: '- -sSL\n      - quiet', subject: 'otel-agent-init', observed: 'quiet' },
  { file: D, from: '- --silent', to: '- -XPUT\n      - quiet', subject: 'otel-agent-init', observed: 'quiet' },
)

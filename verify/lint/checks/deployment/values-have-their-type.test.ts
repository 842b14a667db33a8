import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'values-have-their-type'
const [L, T, O, P] = ['loki/loki.yml', 'promtail.yml', 'otel-collector.yml', 'prometheus.yml']

finds(ID, 'durations, sizes, numbers and words that no program reads', {
  file: L,
  from: 'http_listen_port: 3100',
  to: 'http_listen_port: 3100\n  graceful_shutdown_timeout: 10',
  expected: 'a duration with its unit',
})
finds(
  ID,
  'of Loki, Promtail, the collector, Prometheus and Grafana',
  { file: L, from: 'max_line_size: 256KB', to: 'max_line_size: 256Q', observed: '256Q' },
  { file: L, from: 'auth_enabled: false', to: 'auth_enabled: nope', observed: 'nope' },
  { file: L, from: /log_level: \w+/, to: 'log_level: warning', observed: 'warning' },
  { file: T, from: 'refresh_interval: 5s', to: 'refresh_interval: 5', line: 'refresh_interval: 5' },
  { file: T, from: 'target_label: service', to: 'target_label: service\n        action: relpace', observed: 'did you mean replace' },
  { file: O, from: 'send_batch_size: 512', to: 'send_batch_size: many', observed: 'many' },
  { file: O, from: 'spike_limit_mib: 64', to: 'spike_limit_mib: -1', observed: '-1' },
  { file: O, from: 'endpoint: jaeger:4317', to: 'endpoint: jaeger:4317\n    compression: brotli', observed: 'brotli' },
  { file: P, from: 'metrics_path: /metrics', to: 'honor_labels: ture', observed: 'ture' },
  { file: 'datasources.yml', from: 'uid: loki\n', to: 'uid: loki\n    editable: perhaps\n', observed: 'perhaps' },
)
passes(ID, 'a duration of several units', L, 'http_listen_port: 3100', 'http_listen_port: 3100\n  http_server_read_timeout: 1m30s')
passes(ID, 'zero needs no unit', L, 'http_listen_port: 3100', 'http_listen_port: 3100\n  http_server_read_timeout: 0')
passes(ID, 'bytes without a unit', L, 'max_line_size: 256KB', 'max_line_size: 262144')
passes(ID, 'a number as Helm writes it', L, 'ingester:', 'ingester:\n  chunk_target_size: 1.572864e+06\n  chunk_block_size: 262144')
passes(ID, 'a variable', L, 'max_line_size: 256KB', 'max_line_size: ${MAX_LINE:-256KB}')
passes(ID, 'days, where Loki reads them', L, 'limits_config:', 'limits_config:\n  retention_period: 30d')
passes(
  ID,
  'an action in capitals',
  P,
  'metrics_path: /metrics',
  'metrics_path: /metrics\n    relabel_configs: [{ action: Keep, source_labels: [job] }]',
)

finds(
  'values-have-their-type',
  'booleans in quotes, times of rules, words of the collector',
  { file: 'loki/loki.yml', from: 'auth_enabled: false', to: 'auth_enabled: "false"', observed: 'false' },
  { file: 'alert-rules.yml', from: '        for: 30s\n', to: '        for: 30\n', observed: '30' },
  { file: 'alert-rules.yml', from: '        for: 30s\n', to: '        for: -30s\n', observed: '-30s' },
  { file: 'alertmanager/alertmanager.yml', from: 'resolve_timeout: 5m', to: 'resolve_timeout: 5', observed: '5' },
  { file: 'otel-collector.yml', from: '      level: warn\n', to: '      level: warn\n      encoding: xml\n', observed: 'xml' },
)

finds(
  ID,
  'a list where a mapping is read, and the other way round',
  { file: T, from: '            - labels:\n                level:\n', to: '            - labels: [level]\n', observed: 'a list' },
  { file: T, from: '            - labels:\n', to: '            - labelallow: { level: }\n            - labels:\n', observed: 'a mapping' },
  { file: T, from: 'source_labels: [__meta_docker_container_name]', to: 'source_labels: __meta_docker_container_name', expected: 'a list' },
  { file: 'alertmanager.yml', from: `matchers: ['severity = "critical"']`, to: 'matchers: { severity: critical }', observed: 'a mapping' },
)

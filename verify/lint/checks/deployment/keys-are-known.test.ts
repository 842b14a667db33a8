import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const [P, A, R] = ['monitoring/prometheus.yml', 'alertmanager/alertmanager.yml', 'alert-rules.yml']

finds(
  'keys-are-known',
  'a key that is nearly one',
  {
    file: P,
    from: '  - job_name: redis-exporter\n',
    to: '  - job_name: redis-exporter\n    scrape_intervall: 5s\n',
    expected: 'scrape_interval',
    observed: 'scrape_intervall',
  },
  {
    file: P,
    from: '  evaluation_interval: 15s',
    to: '  evaluation_interval: 15s\n  external_lables: { a: b }',
    expected: 'external_labels',
  },
  {
    file: P,
    from: 'alerting:\n',
    to: 'alerting:\n  alert_relabel_config:\n    - { regex: x, action: labeldrop }\n',
    expected: 'alert_relabel_configs',
  },
  { file: R, from: 'for: 30s', to: 'for: 30s\n        keep_firing_fo: 1m', expected: 'keep_firing_for' },
  { file: R, from: '- name: platform-alerts\n', to: '- name: platform-alerts\n    intervall: 15s\n', expected: 'interval' },
  { file: A, from: '  group_wait: 15s\n', to: '  group_wait: 15s\n  repeat_intervall: 4h\n', expected: 'repeat_interval' },
  {
    file: A,
    from: '      - api_url_file: /run/alertmanager/slack_url\n',
    to: '      - api_url_file: /run/alertmanager/slack_url\n        titel: x\n',
    expected: 'title',
  },
)
passes(
  'keys-are-known',
  'a key of another version',
  P,
  '  - job_name: redis-exporter\n',
  '  - job_name: redis-exporter\n    scrape_classic_whatever: true\n',
)
passes('keys-are-known', 'a key unlike any known one', R, 'for: 30s', 'for: 30s\n        team: x')
passes('keys-are-known', 'a mapping kept aside for an anchor', R, 'groups:\n', 'x-labels: &l { a: b }\ngroups:\n')
passes(
  'keys-are-known',
  "a discovery whose name is near another's",
  P,
  '  - job_name: redis-exporter\n',
  '  - job_name: redis-exporter\n    aws_sd_configs: []\n    ec2_sd_configs: []\n',
)

const [L, M, O, J, D] = [
  'loki/loki.yml',
  'promtail/promtail.yml',
  'otel-collector/otel-collector.yml',
  'jaeger/jaeger.yml',
  'datasources/datasources.yml',
]

finds(
  'keys-are-known',
  'a key that the deployed Loki or Promtail does not have',
  { file: L, from: 'schema_config:\n', to: 'schema_configs:\n', line: 'schema_configs:', expected: 'schema_config' },
  { file: L, from: 'max_line_size_truncate', to: 'max_line_truncate', line: 'max_line_truncate', expected: 'max_line_size_truncate' },
  {
    file: L,
    from: '  allow_structured_metadata: true\n',
    to: '  structured_metadata: true\n',
    line: 'structured_metadata',
    expected: 'allow_structured_metadata',
  },
  { file: L, from: '    checkpoint_duration: 10s\n', to: '    checkpoint: 10s\n', line: 'checkpoint:', subject: 'checkpoint' },
  { file: L, from: '        prefix: index_\n', to: '        prefx: index_\n', line: 'prefx' },
  { file: L, from: 'analytics:\n', to: 'telemetry:\n', line: 'telemetry:', subject: 'telemetry' },
  { file: M, from: '      max_retries: 120', to: '      max_retry: 120', line: 'max_retry:', expected: 'max_retries' },
  { file: M, from: '    batchwait: 200ms\n', to: '    batch_wait: 200ms\n', line: 'batch_wait', expected: 'batchwait' },
  { file: M, from: '    batchwait: 200ms\n', to: '    batchwait: 200ms\n    max_retry: 120\n', line: 'max_retry' },
  { file: M, from: '        refresh_interval: 5s\n', to: '        refresh: 5s\n', line: 'refresh:', subject: 'refresh' },
  {
    file: M,
    from: '                max_wait_time: 500ms\n',
    to: '                max_wait: 500ms\n',
    line: 'max_wait:',
    expected: 'max_wait_time',
  },
  {
    file: M,
    from: '                format: RFC3339Nano\n',
    to: '                formats: RFC3339Nano\n',
    line: 'formats:',
    expected: 'format',
  },
)
finds(
  'keys-are-known',
  'a key that the collector does not have',
  { file: O, from: '    timeout: 200ms\n', to: '    timeouts: 200ms\n', line: 'timeouts:', expected: 'timeout', message: 'batch' },
  { file: O, from: '      initial_interval: 1s\n', to: '      initial_delay: 1s\n', line: 'initial_delay' },
  {
    file: O,
    from: 'limit_mib: 256\n    spike',
    to: 'limit_mib: 256\n    limit_percent: 80\n    spike',
    line: 'limit_percent:',
    expected: 'limit_percentage',
  },
  { file: O, from: '      level: warn\n', to: '      levels: warn\n', line: 'levels:' },
  { file: O, from: 'extensions:\n  health', to: 'connector: {}\nextensions:\n  health', line: 'connector:', expected: 'connectors' },
)
finds(
  'keys-are-known',
  'a key that Jaeger or Grafana ignores',
  { file: J, from: 'collector:\n', to: 'collectors:\n', line: 'collectors:', expected: 'collector', message: 'ignored' },
  { file: J, from: '  max-traces:', to: '  max_traces:', line: 'max_traces', expected: 'max-traces' },
  { file: J, from: '    host-port: 0.0.0.0:16686', to: '    hostport: 0.0.0.0:16686', line: 'hostport' },
  { file: D, from: 'isDefault: true', to: 'isdefault: true', line: 'isdefault' },
  { file: D, from: '      httpMethod: POST', to: '      httpMethods: POST', line: 'httpMethods', expected: 'httpMethod' },
  { file: 'dashboards/dashboards.yml', from: 'allowUiUpdates', to: 'allowUIUpdate', line: 'allowUIUpdate', expected: 'allowUiUpdates' },
)
passes(
  'keys-are-known',
  'keys that are listed and not in use',
  L,
  'analytics:\n',
  'ruler: { alertmanager_url: "http://alertmanager:9093" }\ntable_manager: {}\nanalytics:\n',
)
passes('keys-are-known', 'a component that is not listed', O, 'exporters:\n', 'exporters:\n  vendorx: { tokn: a }\n')
passes(
  'keys-are-known',
  'a metric of a stage is named freely',
  M,
  '            - labels:\n                level:\n',
  '            - metrics: { lines: { type: Counter, source: level, config: { action: inc } } }\n            - labels:\n                level:\n',
)

finds('keys-are-known', 'a key of a data source that Grafana 10.2 does not have, near to none', {
  file: 'datasources.yml',
  from: 'jsonData:',
  to: 'range:',
  subject: 'range',
  message: 'it is ignored',
})

finds(
  'keys-are-known',
  'keys of remote_write, credentials and global',
  {
    file: 'monitoring/prometheus.yml',
    from: 'alerting:\n',
    to: 'remote_write:\n  - url: http://mimir.example:9009/api/v1/push\n    queue_config: { max_shard: 10 }\nalerting:\n',
    observed: 'max_shard',
  },
  {
    file: 'monitoring/prometheus.yml',
    from: '      password_file: /run/secrets/actuator_password\n    static_configs:\n      - targets: ["rate-limiter',
    to: '      pasword_file: /run/secrets/actuator_password\n    static_configs:\n      - targets: ["rate-limiter',
    observed: 'pasword_file',
  },
  { file: 'alertmanager/alertmanager.yml', from: 'resolve_timeout: 5m', to: 'resolv_timeout: 5m', observed: 'resolv_timeout' },
)

const kafka = (settings: string): { file: string; from: RegExp; to: string } => ({
  file: 'otel-collector/otel-collector.yml',
  from: /^exporters:\n/m,
  to: `exporters:\n  kafka: { brokers: [kafka:29092], ${settings} }\n`,
})
finds(
  'keys-are-known',
  "misspelt keys of the collector's Kafka components, of either version",
  { ...kafka('encodng: otlp_proto'), observed: 'encodng' },
  { ...kafka('traces: { topik: spans }'), observed: 'topik' },
  { ...kafka('producer: { required_ack: 1 }'), observed: 'required_ack' },
  { ...kafka('auth: { sasl: { mecanism: PLAIN } }'), observed: 'mecanism' },
  { file: 'otel-collector/otel-collector.yml', from: /^receivers:\n/m, to: 'receivers:\n  kafka: { topics: spans }\n', observed: 'topics' },
)
passes(
  'keys-are-known',
  'keys of the deployed version',
  'otel-collector/otel-collector.yml',
  /^exporters:\n/m,
  'exporters:\n  kafka: { brokers: [kafka:29092], topic: spans, producer: { compression: gzip } }\n',
  { file: 'otel-collector/otel-collector.yml', from: 'topic: spans, pro', to: 'topc: spans, pro' },
)

const O_FILE = 'otel-collector/otel-collector.yml'
const part = (kind: string, text: string): { file: string; from: RegExp; to: string } => ({
  file: O_FILE,
  from: new RegExp(`^${kind}:\\n`, 'm'),
  to: `${kind}:\n${text}\n`,
})
finds(
  'keys-are-known',
  "misspelt keys of the collector's components by either name, below squashed structs, optional sections and maps",
  {
    ...part('receivers', '  host_metrics: { scrapers: { cpu: { metrics: { system.cpu.tme: { enabled: true } } } } }'),
    observed: 'system.cpu.tme',
  },
  { ...part('receivers', '  hostmetrics: { scrapers: { cpus: {} } }'), observed: 'cpus', expected: 'cpu' },
  { ...part('receivers', '  kubelet_stats: { colection_interval: 10s }'), observed: 'colection_interval' },
  { ...part('exporters', '  otlp_grpc: { endpoint: jaeger:4317, sending_queue: { batch: { min_sise: 1 } } }'), observed: 'min_sise' },
  { ...part('exporters', '  prometheusremotewrite: { endpoint: http://mimir/push, tls: { insecur: true } }'), observed: 'insecur' },
  {
    ...part('processors', '  tail_sampling: { decision_cache: { sampled_cache_sice: 1 }, policies: [{ name: a, latency: {} }] }'),
    observed: 'sampled_cache_sice',
  },
  {
    ...part('processors', '  transform: { trace_statements: [{ context: span, statments: [] }] }'),
    observed: 'statments',
    expected: 'statements',
  },
)
finds('keys-are-known', 'a key that hostmetrics passes over without a word', {
  ...part('receivers', '  hostmetrics: { collection_intervall: 10s, scrapers: { cpu: {} } }'),
  observed: 'collection_intervall',
  message: 'it is ignored',
})
passes(
  'keys-are-known',
  'the basic and the full form of a statement, keys of versions between the two, and what a component reads by itself',
  O_FILE,
  /^processors:\n/m,
  'processors:\n  transform: { error_mode: ignore, trace_statements: ["set(span.name, 1)"] }\n  filter: { traces: { span: ["true"] } }\n',
  { file: O_FILE, from: 'error_mode', to: 'eror_mode' },
)

const resource = (kind: string, spec: string): { file: string; from: RegExp; to: string } => ({
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n---\napiVersion: monitoring.coreos.com/${kind === 'AlertmanagerConfig' || kind === 'PrometheusAgent' ? 'v1alpha1' : 'v1'}\nkind: ${kind}\nmetadata: { name: own }\nspec: ${spec}\n`,
})
finds(
  'keys-are-known',
  "misspelt keys of the operator's resources, and those in the style of Prometheus' own files",
  {
    ...resource('ServiceMonitor', '{ selector: {}, endpoints: [{ port: web, scrape_timeout: 5s }] }'),
    observed: 'scrape_timeout',
    expected: 'scrapeTimeout',
    message: 'without validation',
  },
  {
    ...resource('ServiceMonitor', '{ selector: {}, endpoints: [{ scrapeInterval: 5s }] }'),
    observed: 'scrapeInterval',
    expected: 'interval',
  },
  { ...resource('ServiceMonitor', '{ selector: {}, endpoint: [{ port: web }] }'), observed: 'endpoint', expected: 'endpoints' },
  { ...resource('PodMonitor', '{ selector: {}, podMetricsEndpoint: [{ port: web }] }'), observed: 'podMetricsEndpoint' },
  { ...resource('Prometheus', '{ ruleSelectors: {} }'), observed: 'ruleSelectors', expected: 'ruleSelector' },
  { ...resource('Prometheus', '{ alerting: { alertmanager: [] } }'), observed: 'alertmanager', expected: 'alertmanagers' },
  { ...resource('PrometheusAgent', '{ remote_write: [] }'), observed: 'remote_write', expected: 'remoteWrite' },
  { ...resource('Alertmanager', '{ alertmanagerConfigSelectors: {} }'), observed: 'alertmanagerConfigSelectors' },
  {
    ...resource('PrometheusRule', '{ groups: [{ name: g, rules: [{ alert: A, expr: up == 0, keepFiringFor: 5m }] }] }'),
    observed: 'keepFiringFor',
    expected: 'keep_firing_for',
  },
  {
    ...resource('AlertmanagerConfig', '{ receivers: [{ name: r, webhook_configs: [] }] }'),
    observed: 'webhook_configs',
    expected: 'webhookConfigs',
  },
  {
    ...resource('AlertmanagerConfig', '{ route: { receiver: r, routes: [{ receiver: r, routes: [{ receiver: r, group_by: [a] }] }] } }'),
    observed: 'group_by',
    expected: 'groupBy',
  },
)
passes(
  'keys-are-known',
  "keys of the operator's resources that are there, and a resource of another group",
  'alert-rules.yml',
  /\s*$/,
  `\n---\n${['monitoring.coreos.com/v1', 'example.org/v1']
    .map(
      (group, index) =>
        `apiVersion: ${group}\nkind: Prometheus\nmetadata: { name: own }\nspec: { externalUrl: http://p${index === 0 ? '' : ', ruleSelectors: {}'} }\n`,
    )
    .join('---\n')}`,
  { file: 'alert-rules.yml', from: 'externalUrl', to: 'externalURL' },
)

finds(
  'keys-are-known',
  'keys and a name of a component that only other versions of the collector have than the deployed 0.93',
  {
    ...part('exporters', '  otlp/b: { endpoint: jaeger:4317, sending_queue: { batch: { min_size: 1 } } }'),
    observed: 'batch',
    message: 'than 0.93',
  },
  { ...part('exporters', '  otlphttp: { endpoint: http://a, tls: { curve_preferences: [X25519] } }'), observed: 'curve_preferences' },
  { ...part('receivers', '  otlp/b: { protocols: { http: { endpoint: a:1, read_timeout: 5s } } }'), observed: 'read_timeout' },
  { ...part('exporters', '  otlp_grpc/b: { endpoint: jaeger:4317 }'), observed: 'otlp_grpc/b', expected: 'otlp/b', message: 'than 0.93' },
  { ...kafka('traces: { topic: spans }'), observed: 'traces', message: 'other versions' },
  { ...part('processors', '  tail_sampling: { policies: [], sample_on_first_match: true }'), observed: 'sample_on_first_match' },
)

for (const [what, image, found] of [
  ['of the version that has them', 'otel/opentelemetry-collector-contrib:0.165.0', []],
  ['of a version that is not listed', 'otel/opentelemetry-collector-contrib:0.120.0', []],
  ['of the older one', 'otel/opentelemetry-collector-contrib:0.140.0', ['user_agent', 'otlp_grpc']],
] as const)
  test(`keys-are-known: keys of version 0.165 beside the image ${what}`, async () => {
    const { texts } = await deployment()
    const { from, to } = part('exporters', '  otlp_grpc: { endpoint: jaeger:4317, user_agent: me }')
    const changed = change(change(texts, O_FILE, from, to), 'docker-compose.yaml', 'otel/opentelemetry-collector-contrib:0.93.0', image)
    const { findings } = await lintOf(changed, 'keys-are-known')
    assert.deepEqual(findings.map(({ observed }) => observed).toSorted(), [...found].toSorted())
  })

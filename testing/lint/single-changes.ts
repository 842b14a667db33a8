/**
 * Single changes of testing/deployment by kind: what a program refuses, what one file has and another does not read, what can never fire.
 * `at` is part of the line that the first finding must stand at (one of several; '' is any line); null: nothing is wrong, and neither an
 * error nor a warning may be added. An empty `to` with `from` null removes the file.
 */
export interface FoundKind {
  what: string
  at: string | readonly string[] | null
  changes: readonly (readonly [file: string, from: string | RegExp | null, to: string])[]
}

export const FOUND_KINDS: readonly FoundKind[] = [
  {
    what: 'second group same name',
    at: 'name: platform-alerts',
    changes: [['alert-rules.yml', /\s*$/, '\n  - name: platform-alerts\n    rules:\n      - alert: Extra\n        expr: up == 0\n']],
  },
  { what: 'isDefault twice', at: 'isDefault: true', changes: [['datasources.yml', 'uid: loki', 'uid: loki\n    isDefault: true']] },
  { what: 'limit<spike', at: 'limit_mib', changes: [['otel-collector.yml', 'limit_mib: 256', 'limit_mib: 48']] },
  { what: 'no check_interval', at: 'memory_limiter', changes: [['otel-collector.yml', '    check_interval: 1s\n', '']] },
  {
    what: 'batch max<size',
    at: ['send_batch'],
    changes: [['otel-collector.yml', 'send_batch_size: 512', 'send_batch_size: 512\n    send_batch_max_size: 100']],
  },
  { what: 'batch timeouts', at: 'timeouts', changes: [['otel-collector.yml', 'timeout: 200ms', 'timeouts: 200ms']] },
  { what: 'schema_configs', at: 'schema_configs', changes: [['loki/loki.yml', 'schema_config:', 'schema_configs:']] },
  { what: 'collectors', at: 'collectors', changes: [['jaeger.yml', 'collector:', 'collectors:']] },
  {
    what: 'health_check',
    at: 'health_check',
    changes: [
      [
        'docker-compose.yaml',
        '    healthcheck:\n      <<: *health\n      test: [CMD, redis-cli',
        '    health_check:\n      <<: *health\n      test: [CMD, redis-cli',
      ],
    ],
  },
  { what: 'service:', at: 'service:', changes: [['docker-compose.yaml', '\nservices:', '\nservice:']] },
  { what: 'max_retry', at: 'max_retry', changes: [['promtail.yml', 'max_retries', 'max_retry']] },
  { what: 'max_line_truncate', at: 'max_line_truncate', changes: [['loki/loki.yml', 'max_line_size_truncate', 'max_line_truncate']] },
  {
    what: 'undefined mute',
    at: 'mute_time',
    changes: [['alertmanager.yml', '- receiver: critical\n', '- receiver: critical\n      mute_time_intervals: [night]\n']],
  },
  {
    what: '22-06',
    at: '22:00',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - times: [{ start_time: '22:00', end_time: '06:00' }]\n\nreceivers:",
      ],
      ['alertmanager.yml', '- receiver: critical\n', '- receiver: critical\n      mute_time_intervals: [night]\n'],
    ],
  },
  {
    what: 'zone',
    at: 'Seoul',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        '\ntime_intervals:\n  - name: night\n    time_intervals:\n      - location: Asia/Soeul # Seoul\n        weekdays: [monday]\n\nreceivers:',
      ],
    ],
  },
  {
    what: 'weekday',
    at: 'mondey',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        '\ntime_intervals:\n  - name: night\n    time_intervals:\n      - weekdays: [mondey]\n\nreceivers:',
      ],
    ],
  },
  { what: 'ext removed', at: ['extensions', 'service:', '13133'], changes: [['otel-collector.yml', '  extensions: [health_check]\n', '']] },
  {
    what: 'dup scrape job',
    at: 'job_name: redis-exporter',
    changes: [['monitoring/prometheus.yml', '  - job_name: mysqld-exporter', '  - job_name: redis-exporter']],
  },
  { what: 'dup contact point', at: '', changes: [['contact-points.yml', /name: critical/, 'name: default']] },
  {
    what: 'dup uid contact',
    at: 'uid: default-webhook',
    changes: [['contact-points.yml', 'uid: critical-webhook', 'uid: default-webhook']],
  },
  { what: 'dup ds uid', at: 'uid: jaeger', changes: [['datasources.yml', 'uid: loki\n', 'uid: jaeger\n']] },
  { what: 'dup ds name', at: 'name:', changes: [['datasources.yml', 'name: Jaeger', 'name: Loki']] },
  { what: 'dup provider', at: '', changes: [['dashboards/dashboards.yml', /(providers:\n)([\s\S]*)$/, '$1$2$2']] },
  {
    what: 'isDefault yes both',
    at: 'isDefault',
    changes: [['datasources.yml', 'uid: jaeger\n    type', 'uid: jaeger\n    isDefault: true\n    type']],
  },
  {
    what: 'dup yaml key',
    at: '',
    changes: [['monitoring/prometheus.yml', 'scrape_timeout: 10s', 'scrape_timeout: 10s\n  scrape_timeout: 9s']],
  },
  { what: 'limit_mib 0', at: '', changes: [['otel-collector.yml', 'limit_mib: 256', 'limit_mib: 0']] },
  { what: 'limit missing', at: 'memory_limiter', changes: [['otel-collector.yml', '    limit_mib: 256\n    spike_limit_mib: 64\n', '']] },
  {
    what: 'limit percentage ok',
    at: null,
    changes: [['otel-collector.yml', 'limit_mib: 256\n    spike_limit_mib: 64', 'limit_percentage: 75\n    spike_limit_percentage: 15']],
  },
  {
    what: 'limit percentage > 100',
    at: 'limit_percentage: 120',
    changes: [['otel-collector.yml', 'limit_mib: 256\n    spike_limit_mib: 64', 'limit_percentage: 120\n    spike_limit_percentage: 15']],
  },
  {
    what: 'spike percentage >',
    at: ['percentage'],
    changes: [['otel-collector.yml', 'limit_mib: 256\n    spike_limit_mib: 64', 'limit_percentage: 20\n    spike_limit_percentage: 30']],
  },
  { what: 'check_interval 0', at: 'check_interval: 0', changes: [['otel-collector.yml', 'check_interval: 1s', 'check_interval: 0s']] },
  { what: 'check_interval no unit', at: 'check_interval', changes: [['otel-collector.yml', 'check_interval: 1s', 'check_interval: 1']] },
  { what: 'spike equal', at: ['limit'], changes: [['otel-collector.yml', 'spike_limit_mib: 64', 'spike_limit_mib: 256']] },
  { what: 'spike negative', at: 'spike', changes: [['otel-collector.yml', 'spike_limit_mib: 64', 'spike_limit_mib: -1']] },
  { what: 'batch timeout bad', at: 'timeout', changes: [['otel-collector.yml', 'timeout: 200ms', 'timeout: 200']] },
  { what: 'batch timeout neg', at: 'timeout', changes: [['otel-collector.yml', 'timeout: 200ms', 'timeout: -1s']] },
  { what: 'batch size str', at: 'send_batch_size', changes: [['otel-collector.yml', 'send_batch_size: 512', 'send_batch_size: many']] },
  {
    what: 'batch max = 0 ok',
    at: null,
    changes: [['otel-collector.yml', 'send_batch_size: 512', 'send_batch_size: 512\n    send_batch_max_size: 0']],
  },
  {
    what: 'batch max ok',
    at: null,
    changes: [['otel-collector.yml', 'send_batch_size: 512', 'send_batch_size: 512\n    send_batch_max_size: 512']],
  },
  {
    what: 'batch max default size 8192',
    at: 'send_batch_max_size',
    changes: [['otel-collector.yml', '    send_batch_size: 512', '    send_batch_max_size: 1000']],
  },
  {
    what: 'queue size 0',
    at: 'queue_size',
    changes: [['otel-collector.yml', 'retry_on_failure:', 'sending_queue: { queue_size: 0 }\n    retry_on_failure:']],
  },
  {
    what: 'num_consumers -1',
    at: 'num_consumers',
    changes: [['otel-collector.yml', 'retry_on_failure:', 'sending_queue: { num_consumers: -1 }\n    retry_on_failure:']],
  },
  { what: 'retry unknown', at: 'initial_intervall', changes: [['otel-collector.yml', 'initial_interval', 'initial_intervall']] },
  { what: 'compression unknown', at: 'compression', changes: [['otel-collector.yml', 'tls:', 'compression: brotli\n    tls:']] },
  { what: 'compression ok', at: null, changes: [['otel-collector.yml', 'tls:', 'compression: zstd\n    tls:']] },
  { what: 'exporter endpoint missing', at: 'otlp/jaeger', changes: [['otel-collector.yml', '    endpoint: jaeger:4317\n', '']] },
  { what: 'log level bad', at: 'level', changes: [['otel-collector.yml', 'level: warn', 'level: verbose']] },
  { what: 'metrics level bad', at: 'level', changes: [['otel-collector.yml', 'level: detailed', 'level: detailled']] },
  {
    what: 'extension undefined',
    at: '',
    changes: [['otel-collector.yml', 'extensions: [health_check]', 'extensions: [health_check, zpages]']],
  },
  {
    what: 'extension unknown type',
    at: 'healthcheck',
    changes: [['otel-collector.yml', 'extensions:\n  health_check:', 'extensions:\n  healthcheck:']],
  },
  { what: 'pipeline type', at: 'trace:', changes: [['otel-collector.yml', '    traces:\n', '    trace:\n']] },
  { what: 'receiver type unknown', at: 'otpl', changes: [['otel-collector.yml', 'receivers:\n  otlp:', 'receivers:\n  otpl:']] },
  { what: 'protocol unknown', at: 'grcp', changes: [['otel-collector.yml', '      grpc:', '      grcp:']] },
  { what: 'tls unknown', at: 'insecur', changes: [['otel-collector.yml', 'insecure: true', 'insecur: true']] },
  { what: 'tls bool string', at: 'insecure', changes: [['otel-collector.yml', 'insecure: true', 'insecure: maybe']] },
  {
    what: 'connector used undefined',
    at: '',
    changes: [['otel-collector.yml', 'exporters: [otlp/jaeger]', 'exporters: [otlp/jaeger, spanmetrics]']],
  },
  {
    what: 'health_check path ok',
    at: null,
    changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:13133', 'endpoint: 0.0.0.0:13133\n    path: /']],
  },
  {
    what: 'health_check unknown key',
    at: 'paths',
    changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:13133', 'endpoint: 0.0.0.0:13133\n    paths: /']],
  },
  { what: 'telemetry key', at: 'metric:', changes: [['otel-collector.yml', '    metrics:\n', '    metric:\n']] },
  { what: 'service key', at: 'pipeline:', changes: [['otel-collector.yml', '  pipelines:', '  pipeline:']] },
  { what: 'top key', at: 'exporter:', changes: [['otel-collector.yml', '\nexporters:', '\nexporter:']] },
  {
    what: 'attributes action bad',
    at: 'action',
    changes: [
      ['otel-collector.yml', '  batch:', '  attributes:\n    actions: [{ key: a, action: remove }]\n  batch:'],
      ['otel-collector.yml', '[memory_limiter, batch]', '[memory_limiter, attributes, batch]'],
    ],
  },
  { what: 'loki ring', at: 'kvstores', changes: [['loki/loki.yml', 'kvstore:', 'kvstores:']] },
  { what: 'loki duration', at: 'checkpoint_duration', changes: [['loki/loki.yml', 'checkpoint_duration: 10s', 'checkpoint_duration: 10']] },
  { what: 'loki bytes', at: 'max_line_size: ', changes: [['loki/loki.yml', 'max_line_size: 256KB', 'max_line_size: 256Q']] },
  { what: 'loki schema', at: 'schema: v14', changes: [['loki/loki.yml', 'schema: v13', 'schema: v14']] },
  { what: 'loki store unknown', at: 'store: tsbd', changes: [['loki/loki.yml', 'store: tsdb', 'store: tsbd']] },
  {
    what: 'loki object_store unknown',
    at: 'object_store',
    changes: [['loki/loki.yml', 'object_store: filesystem', 'object_store: filesytem']],
  },
  { what: 'loki from', at: 'from:', changes: [['loki/loki.yml', '2024-01-01', '2024-13-01']] },
  { what: 'loki period 12h', at: 'period', changes: [['loki/loki.yml', 'period: 24h', 'period: 12h']] },
  { what: 'loki bool', at: 'auth_enabled', changes: [['loki/loki.yml', 'auth_enabled: false', 'auth_enabled: nope']] },
  { what: 'loki log_level', at: 'log_level', changes: [['loki/loki.yml', 'log_level: warn', 'log_level: warning']] },
  { what: 'loki tsdb v9', at: 'schema: v9', changes: [['loki/loki.yml', 'schema: v13', 'schema: v9']] },
  {
    what: 'loki ingestion neg',
    at: 'ingestion_rate_mb',
    changes: [['loki/loki.yml', 'ingestion_rate_mb: 16', 'ingestion_rate_mb: sixteen']],
  },
  {
    what: 'loki retention unkn',
    at: 'retention_periods',
    changes: [['loki/loki.yml', 'limits_config:', 'limits_config:\n  retention_periods: 7d']],
  },
  {
    what: 'loki compactor ok',
    at: null,
    changes: [['loki/loki.yml', 'limits_config:', 'compactor:\n  working_directory: /loki/compactor\n\nlimits_config:']],
  },
  {
    what: 'loki compactor retention_enabled without delete store ok 2.9',
    at: null,
    changes: [
      ['loki/loki.yml', 'limits_config:', 'compactor:\n  working_directory: /loki/compactor\n  retention_enabled: true\n\nlimits_config:'],
    ],
  },
  {
    what: 'loki removed shared_store on 3',
    at: '',
    changes: [
      ['docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/loki:3.1.0'],
      ['loki/loki.yml', 'limits_config:', 'compactor:\n  shared_store: filesystem\n\nlimits_config:'],
    ],
  },
  {
    what: 'loki structured metadata with v12',
    at: ['schema', 'allow_structured'],
    changes: [['loki/loki.yml', 'schema: v13', 'schema: v12']],
  },
  { what: 'promtail stage', at: 'regexp:', changes: [['promtail.yml', '- regex:', '- regexp:']] },
  { what: 'promtail client url key', at: 'urls', changes: [['promtail.yml', '- url: http', '- urls: http']] },
  { what: 'promtail url without scheme', at: 'loki:3100', changes: [['promtail.yml', 'url: http://loki:3100', 'url: loki:3100']] },
  { what: 'promtail no clients', at: '', changes: [['promtail.yml', /clients:\n[\s\S]*?\n\n/, '']] },
  {
    what: 'promtail action',
    at: 'action',
    changes: [['promtail.yml', 'target_label: service', 'target_label: service\n        action: relpace']],
  },
  { what: 'promtail bad regex', at: 'regex', changes: [['promtail.yml', 'regex: /(.*)', 'regex: /(.*']] },
  { what: 'promtail batchwait', at: 'batchwait', changes: [['promtail.yml', 'batchwait: 200ms', 'batchwait: 200']] },
  { what: 'promtail refresh', at: 'refresh_interval', changes: [['promtail.yml', 'refresh_interval: 5s', 'refresh_interval: 5']] },
  { what: 'promtail lookahead', at: 'expression', changes: [['promtail.yml', '\\btrace_id="?(?P', '(?<=x)trace_id="?(?P']] },
  { what: 'promtail no group name', at: 'expression', changes: [['promtail.yml', '(?P<trace_id>', '(']] },
  {
    what: 'promtail selector bad',
    at: 'selector',
    changes: [['promtail.yml', '\'{service="moalog-server"}\'', "'{service=moalog-server}'"]],
  },
  {
    what: 'promtail firstline missing',
    at: 'multiline',
    changes: [['promtail.yml', "                firstline: '^([^\\sC]|C[^a]|Ca[^u])'\n", '']],
  },
  { what: 'promtail timestamp no format', at: 'timestamp', changes: [['promtail.yml', '                format: RFC3339Nano\n', '']] },
  { what: 'promtail timestamp no source', at: 'timestamp', changes: [['promtail.yml', '                source: timestamp\n', '']] },
  {
    what: 'promtail match no selector',
    at: 'match',
    changes: [['promtail.yml', '          selector: \'{service="moalog-server"}\'\n', '']],
  },
  {
    what: 'promtail bad location',
    at: 'location',
    changes: [['promtail.yml', 'format: RFC3339Nano', 'format: RFC3339Nano\n                location: Asia/Soul']],
  },
  { what: 'promtail server key', at: 'http_listen_ports', changes: [['promtail.yml', 'http_listen_port', 'http_listen_ports']] },
  { what: 'promtail positions key', at: 'file:', changes: [['promtail.yml', 'filename: /var', 'file: /var']] },
  { what: 'promtail json expr bad', at: '', changes: [['promtail.yml', 'timestamp: \'"@timestamp"\'', "timestamp: '@timestamp'"]] },
  { what: 'jaeger key', at: 'max-trace:', changes: [['jaeger.yml', 'max-traces', 'max-trace']] },
  { what: 'jaeger enabled', at: 'enabled', changes: [['jaeger.yml', 'enabled: true', 'enabled: truee']] },
  { what: 'jaeger max-traces str', at: 'max-traces', changes: [['jaeger.yml', '50000', 'many']] },
  { what: 'jaeger http_server', at: 'http_server', changes: [['jaeger.yml', 'http-server', 'http_server']] },
  {
    what: 'jaeger otlp.grpc.hostport',
    at: 'hostport',
    changes: [['jaeger.yml', '    grpc:\n      host-port', '    grpc:\n      hostport']],
  },
  { what: 'ds unknown key', at: 'typ:', changes: [['datasources.yml', 'type: jaeger', 'typ: jaeger']] },
  { what: 'ds type unknown', at: 'jeager', changes: [['datasources.yml', 'type: jaeger', 'type: jeager']] },
  { what: 'ds access', at: 'access', changes: [['datasources.yml', 'access: proxy', 'access: prxoy']] },
  { what: 'ds orgId str', at: 'orgId', changes: [['datasources.yml', 'uid: loki\n', 'uid: loki\n    orgId: one\n']] },
  {
    what: 'ds editable ok',
    at: null,
    changes: [['datasources.yml', 'uid: loki\n', 'uid: loki\n    editable: false\n    version: 1\n    basicAuth: false\n']],
  },
  { what: 'ds api version', at: 'apiVersion', changes: [['datasources.yml', 'apiVersion: 1', 'apiVersion: one']] },
  { what: 'ds jsondata', at: 'jsondata', changes: [['datasources.yml', 'jsonData:', 'jsondata:']] },
  { what: 'ds list key', at: 'datasource:', changes: [['datasources.yml', 'datasources:', 'datasource:']] },
  {
    what: 'ds delete',
    at: null,
    changes: [['datasources.yml', 'datasources:', 'deleteDatasources:\n  - name: Old\n    orgId: 1\n\ndatasources:']],
  },
  { what: 'provider type', at: 'type', changes: [['dashboards/dashboards.yml', 'type: file', 'type: files']] },
  { what: 'provider key', at: 'provider:', changes: [['dashboards/dashboards.yml', 'providers:', 'provider:']] },
  { what: 'provider path missing', at: '', changes: [['dashboards/dashboards.yml', / {6}path: .*\n/, '']] },
  { what: 'provider options key', at: 'option:', changes: [['dashboards/dashboards.yml', 'options:', 'option:']] },
  { what: 'policy receiver unknown', at: 'receiver', changes: [['notification-policies.yml', 'receiver: default', 'receiver: defualt']] },
  { what: 'policy duration', at: '', changes: [['notification-policies.yml', /group_wait: \S+/, 'group_wait: 15']] },
  { what: 'contact type', at: 'webhok', changes: [['contact-points.yml', 'type: webhook', 'type: webhok']] },
  { what: 'contact no url', at: '', changes: [['contact-points.yml', '          url: $GRAFANA_DEFAULT_WEBHOOK_URL\n', '']] },
  { what: 'contact settings key', at: 'setting:', changes: [['contact-points.yml', 'settings:', 'setting:']] },
  { what: 'contact setting uri', at: 'uri', changes: [['contact-points.yml', 'url: $GRAFANA_DEFAULT', 'uri: $GRAFANA_DEFAULT']] },
  { what: 'contact httpMethod', at: 'httpMethod', changes: [['contact-points.yml', 'httpMethod: POST', 'httpMethod: GET']] },
  {
    what: 'am receiver undefined',
    at: 'receiver: critcal',
    changes: [['alertmanager.yml', '- receiver: critical', '- receiver: critcal']],
  },
  { what: 'am root no receiver', at: 'route', changes: [['alertmanager.yml', '  receiver: default\n', '']] },
  {
    what: 'am two keys',
    at: 'matcher:',
    changes: [['alertmanager.yml', '      matchers: [\'severity = "critical"\']', '      matcher: [\'severity = "critical"\']']],
  },
  { what: 'am group_wait', at: 'group_wait', changes: [['alertmanager.yml', 'group_wait: 15s', 'group_wait: 15']] },
  { what: 'am group_interval 0', at: 'group_interval', changes: [['alertmanager.yml', 'group_interval: 1m', 'group_interval: 0s']] },
  { what: 'am repeat 0', at: 'repeat_interval', changes: [['alertmanager.yml', 'repeat_interval: 4h', 'repeat_interval: 0s']] },
  {
    what: 'am matchers on root',
    at: '',
    changes: [['alertmanager.yml', '  receiver: default\n', '  receiver: default\n  matchers: [\'severity = "info"\']\n']],
  },
  { what: 'am group_by dup', at: 'group_by', changes: [['alertmanager.yml', '[alertname, job]', '[alertname, alertname]']] },
  { what: 'am group_by ... +', at: 'group_by', changes: [['alertmanager.yml', '[alertname, job]', "['...', job]"]] },
  {
    what: 'am continue root',
    at: 'continue',
    changes: [['alertmanager.yml', '  receiver: default\n', '  receiver: default\n  continue: true\n']],
  },
  {
    what: 'am url scheme',
    at: 'url:',
    changes: [['alertmanager.yml', 'url: http://notification-sink:9199/default', 'url: notification-sink:9199/default']],
  },
  {
    what: 'am url and url_file',
    at: 'url',
    changes: [
      [
        'alertmanager.yml',
        'url: http://notification-sink:9199/default',
        'url: http://notification-sink:9199/default\n        url_file: /x',
      ],
    ],
  },
  {
    what: 'am active interval undefined',
    at: 'active_time',
    changes: [['alertmanager.yml', '- receiver: critical\n', '- receiver: critical\n      active_time_intervals: [night]\n']],
  },
  {
    what: 'am days_of_month',
    at: 'days_of_month',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - days_of_month: ['0']\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am months',
    at: 'months',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - months: ['juny']\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am 24:01',
    at: '24:01',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - times: [{ start_time: '20:00', end_time: '24:01' }]\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am 9:00 unpadded',
    at: '9:00',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - times: [{ start_time: '9:00', end_time: '17:00' }]\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am times unquoted',
    at: '09:00',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        '\ntime_intervals:\n  - name: night\n    time_intervals:\n      - times: [{ start_time: 09:00, end_time: 08:00 }]\n\nreceivers:',
      ],
    ],
  },
  {
    what: 'am weekday order',
    at: 'friday:monday',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - weekdays: ['friday:monday']\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am dup interval',
    at: 'name: night',
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - weekdays: ['monday']\n  - name: night\n    time_intervals:\n      - weekdays: ['monday']\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am interval ok',
    at: null,
    changes: [
      [
        'alertmanager.yml',
        '\nreceivers:',
        "\ntime_intervals:\n  - name: night\n    time_intervals:\n      - weekdays: ['monday:friday', sunday]\n        times: [{ start_time: '09:00', end_time: '24:00' }]\n        location: Asia/Seoul\n        days_of_month: ['1:5', '-3:-1']\n        months: ['january:march', '5']\n        years: ['2024:2027']\n\nreceivers:",
      ],
    ],
  },
  {
    what: 'am old matcher invalid',
    at: 'severity',
    changes: [['alertmanager.yml', '\'severity = "critical"\'', '\'severity : "critical"\'']],
  },
  {
    what: 'am inhibit regex',
    at: '',
    changes: [['alertmanager.yml', '\'severity =~ "warning|info"\'', '\'severity =~ "warning|(info"\'']],
  },
  {
    what: 'am global slack both',
    at: '',
    changes: [['alertmanager.yml', 'resolve_timeout: 5m', 'resolve_timeout: 5m\n  slack_api_url: http://a\n  slack_api_url_file: /x']],
  },
  {
    what: 'am send_resolved str',
    at: 'send_resolved',
    changes: [['alertmanager.yml', 'send_resolved: true', 'send_resolved: "yes please"']],
  },
  {
    what: 'p timeout > interval',
    at: 'scrape_timeout',
    changes: [['monitoring/prometheus.yml', 'scrape_timeout: 10s', 'scrape_timeout: 20s']],
  },
  {
    what: 'p job timeout',
    at: ['scrape_timeout', 'scrape_interval'],
    changes: [['monitoring/prometheus.yml', 'scrape_interval: 10s', 'scrape_interval: 10s\n    scrape_timeout: 12s']],
  },
  {
    what: 'p job interval < global timeout (clamped? error)',
    at: '',
    changes: [
      [
        'monitoring/prometheus.yml',
        '  - job_name: redis-exporter',
        '  - job_name: redis-exporter\n    scrape_interval: 5s\n    scrape_timeout: 6s',
      ],
    ],
  },
  {
    what: 'p scheme',
    at: 'scheme',
    changes: [['monitoring/prometheus.yml', 'metrics_path: /metrics', 'metrics_path: /metrics\n    scheme: htps']],
  },
  {
    what: 'p relabel action',
    at: 'action',
    changes: [
      [
        'monitoring/prometheus.yml',
        '  - job_name: redis-exporter',
        '  - job_name: redis-exporter\n    relabel_configs: [{ source_labels: [a], action: dropp }]',
      ],
    ],
  },
  {
    what: 'p basic_auth both',
    at: 'password',
    changes: [
      [
        'monitoring/prometheus.yml',
        'password_file: /run/secrets/actuator_password',
        'password_file: /run/secrets/actuator_password\n      password: x',
      ],
    ],
  },
  {
    what: 'p target with scheme',
    at: 'http://',
    changes: [['monitoring/prometheus.yml', '"redis-exporter:9121"', '"http://redis-exporter:9121"']],
  },
  {
    what: 'p target with path',
    at: '/metrics',
    changes: [['monitoring/prometheus.yml', '"redis-exporter:9121"', '"redis-exporter:9121/metrics"']],
  },
  { what: 'p rule_file', at: 'rule_file:', changes: [['monitoring/prometheus.yml', 'rule_files:', 'rule_file:']] },
  {
    what: 'p eval',
    at: 'evaluation_interval',
    changes: [['monitoring/prometheus.yml', 'evaluation_interval: 15s', 'evaluation_interval: 15']],
  },
  { what: 'p static_config', at: 'static_config:', changes: [['monitoring/prometheus.yml', 'static_configs:', 'static_config:']] },
  { what: 'p external label', at: '', changes: [['monitoring/prometheus.yml', 'global:', 'global:\n  external_labels: { "a-b": c }']] },
  { what: 'regexp', at: null, changes: [['loki/loki.yml', 'checkpoint_duration: 10s', 'checkpoint_duration: 1m30s']] },
  { what: '0', at: null, changes: [['loki/loki.yml', 'min_ready_duration: 0s', 'min_ready_duration: 0']] },
  { what: 'size num', at: null, changes: [['loki/loki.yml', 'max_line_size: 256KB', 'max_line_size: 262144']] },
  { what: 'size kb', at: null, changes: [['loki/loki.yml', 'max_line_size: 256KB', 'max_line_size: 256kb']] },
  { what: 'size MiB', at: null, changes: [['loki/loki.yml', 'max_line_size: 256KB', 'max_line_size: 1MiB']] },
  { what: 'env', at: 'CKPT', changes: [['loki/loki.yml', 'checkpoint_duration: 10s', 'checkpoint_duration: ${CKPT:-10s}']] },
  { what: 'retention 30d', at: null, changes: [['loki/loki.yml', 'limits_config:', 'limits_config:\n  retention_period: 30d']] },
  {
    what: 'prom body 10MB',
    at: null,
    changes: [['monitoring/prometheus.yml', 'scrape_timeout: 10s', 'scrape_timeout: 10s\n  body_size_limit: 10MB']],
  },
  {
    what: 'prom honor',
    at: 'honor_labels',
    changes: [['monitoring/prometheus.yml', '  - job_name: redis-exporter', '  - job_name: redis-exporter\n    honor_labels: ture']],
  },
  {
    what: 'relabel action case',
    at: 'action',
    changes: [
      [
        'monitoring/prometheus.yml',
        '  - job_name: redis-exporter',
        '  - job_name: redis-exporter\n    relabel_configs: [{ source_labels: [a], action: Drops }]',
      ],
    ],
  },
  { what: 'collector insecure yes', at: 'insecure', changes: [['otel-collector.yml', 'insecure: true', 'insecure: yes']] },
  { what: 'collector limit', at: 'limit_mib', changes: [['otel-collector.yml', 'limit_mib: 256', 'limit_mib: 256MiB']] },
  {
    what: 'rules mounted elsewhere',
    at: ['alert-rules.yml'],
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        './monitoring/alert-rules.yml:/etc/prometheus/rules/alert-rules.yml:ro',
      ],
    ],
  },
  {
    what: 'rule_files glob elsewhere',
    at: ['rules', 'alert-rules.yml'],
    changes: [['monitoring/prometheus.yml', '- alert-rules.yml', '- /etc/prometheus/rules/*.yml']],
  },
  {
    what: 'targets swapped',
    at: ['alert-rules.yml', 'prometheus.yml'],
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro',
        './monitoring/prometheus.yml:/etc/prometheus/alert-rules.yml:ro',
      ],
      [
        'docker-compose.yaml',
        './monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        './monitoring/alert-rules.yml:/etc/prometheus/prometheus.yml:ro',
      ],
    ],
  },
  { what: 'rule_files .yaml', at: 'alert-rules.yaml', changes: [['monitoring/prometheus.yml', '- alert-rules.yml', '- alert-rules.yaml']] },
  { what: 'rule_files glob yaml', at: '*.yaml', changes: [['monitoring/prometheus.yml', '- alert-rules.yml', '- "*.yaml"']] },
  {
    what: 'rule_files abs ok',
    at: null,
    changes: [['monitoring/prometheus.yml', '- alert-rules.yml', '- /etc/prometheus/alert-rules.yml']],
  },
  { what: 'rule_files glob ok', at: null, changes: [['monitoring/prometheus.yml', '- alert-rules.yml', '- "*-rules.yml"']] },
  { what: 'rule_files glob dir', at: '', changes: [['monitoring/prometheus.yml', '- alert-rules.yml', '- "rules/*.yml"']] },
  {
    what: 'folder mount of rules ok',
    at: null,
    changes: [
      ['docker-compose.yaml', './monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro', './monitoring/:/etc/prometheus/rules:ro'],
      ['monitoring/prometheus.yml', '- alert-rules.yml', '- rules/alert-rules.yml'],
    ],
  },
  {
    what: 'folder mount of rules wrong',
    at: ['rules'],
    changes: [
      ['docker-compose.yaml', './monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro', './monitoring/:/etc/prometheus/rules:ro'],
    ],
  },
  {
    what: 'long syntax ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        '- ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        '- { type: bind, source: ./monitoring/alert-rules.yml, target: /etc/prometheus/alert-rules.yml, read_only: true }',
      ],
    ],
  },
  {
    what: 'long syntax wrong target',
    at: 'alert-rules',
    changes: [
      [
        'docker-compose.yaml',
        '- ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        '- { type: bind, source: ./monitoring/alert-rules.yml, target: /etc/prometheus/alert-rule.yml, read_only: true }',
      ],
    ],
  },
  {
    what: 'long syntax wrong source',
    at: 'alert-rule.yml',
    changes: [
      [
        'docker-compose.yaml',
        '- ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        '- { type: bind, source: ./monitoring/alert-rule.yml, target: /etc/prometheus/alert-rules.yml, read_only: true }',
      ],
    ],
  },
  {
    what: 'long multi-line wrong target',
    at: 'alert-rules',
    changes: [
      [
        'docker-compose.yaml',
        '- ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        '- type: bind\n        source: ./monitoring/alert-rules.yml\n        target: /etc/prom/alert-rules.yml\n        read_only: true',
      ],
    ],
  },
  {
    what: 'mount type volume of a file',
    at: '',
    changes: [
      [
        'docker-compose.yaml',
        '- ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        '- { type: volume, source: ./monitoring/alert-rules.yml, target: /etc/prometheus/alert-rules.yml, read_only: true }',
      ],
    ],
  },
  {
    what: 'mount dropped ./',
    at: '',
    changes: [
      [
        'docker-compose.yaml',
        '- ./monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
        '- monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro',
      ],
    ],
  },
  {
    what: 'config mounted elsewhere prom',
    at: ['prometheus.yml'],
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro',
        './monitoring/prometheus.yml:/etc/prom/prometheus.yml:ro',
      ],
    ],
  },
  {
    what: 'config flag prom',
    at: 'config.file',
    changes: [['docker-compose.yaml', '--config.file=/etc/prometheus/prometheus.yml', '--config.file=/etc/prometheus/prometheus.yaml']],
  },
  {
    what: 'config flag loki',
    at: 'config.file',
    changes: [['docker-compose.yaml', '-config.file=/etc/loki/loki.yml', '-config.file=/etc/loki/local-config.yaml']],
  },
  {
    what: 'config flag promtail',
    at: 'config.file',
    changes: [['docker-compose.yaml', '-config.file=/etc/promtail/promtail.yml', '-config.file=/etc/promtail/config.yml']],
  },
  {
    what: 'config flag jaeger',
    at: 'config-file',
    changes: [['docker-compose.yaml', '--config-file=/etc/jaeger/jaeger.yml', '--config-file=/etc/jaeger/config.yml']],
  },
  {
    what: 'config flag collector',
    at: 'config',
    changes: [['docker-compose.yaml', '--config=/etc/otel-collector/otel-collector.yml', '--config=/etc/otelcol-contrib/config.yaml']],
  },
  {
    what: 'config mount loki',
    at: 'loki.yml',
    changes: [
      ['docker-compose.yaml', './monitoring/loki/loki.yml:/etc/loki/loki.yml:ro', './monitoring/loki/loki.yml:/etc/loki/config.yml:ro'],
    ],
  },
  {
    what: 'config mount loki other file',
    at: 'promtail',
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/loki/loki.yml:/etc/loki/loki.yml:ro',
        './monitoring/promtail/promtail.yml:/etc/loki/loki.yml:ro',
      ],
    ],
  },
  {
    what: 'mount alertmanager moved',
    at: '',
    changes: [
      ['docker-compose.yaml', 'alertmanager.yml:/etc/alertmanager/alertmanager.yml', 'alertmanager.yml:/etc/alertmanager/config.yml'],
    ],
  },
  {
    what: 'mount switch-on moved',
    at: '',
    changes: [['docker-compose.yaml', 'switch-on.sh:/etc/alertmanager/switch-on.sh', 'switch-on.sh:/alertmanager/switch-on.sh']],
  },
  {
    what: 'grafana prov moved',
    at: 'provisioning',
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/grafana/provisioning:/etc/grafana/provisioning:ro',
        './monitoring/grafana/provisioning:/etc/grafana/provision:ro',
      ],
    ],
  },
  {
    what: 'grafana dash moved',
    at: 'dashboards',
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/grafana/dashboards:/var/lib/grafana/dashboards:ro',
        './monitoring/grafana/dashboards:/var/lib/grafana/dashboard:ro',
      ],
    ],
  },
  { what: 'provider path moved', at: 'path', changes: [['dashboards/dashboards.yml', /path: .*/, 'path: /etc/grafana/dashboards']] },
  {
    what: 'grafana prov only datasources',
    at: '',
    changes: [
      [
        'docker-compose.yaml',
        './monitoring/grafana/provisioning:/etc/grafana/provisioning:ro',
        './monitoring/grafana/provisioning/datasources:/etc/grafana/provisioning/datasources:ro',
      ],
    ],
  },
  { what: 'rm prometheus.yml', at: 'prometheus.yml', changes: [['monitoring/prometheus.yml', null, '']] },
  { what: 'rm loki.yml', at: 'loki.yml', changes: [['loki/loki.yml', null, '']] },
  { what: 'rm jaeger.yml', at: 'jaeger.yml', changes: [['jaeger.yml', null, '']] },
  { what: 'rm dashboards.yml', at: '', changes: [['dashboards/dashboards.yml', null, '']] },
  { what: 'rm promtail', at: 'promtail.yml', changes: [['promtail.yml', null, '']] },
  { what: 'rm otel', at: 'otel-collector.yml', changes: [['otel-collector.yml', null, '']] },
  { what: 'rm alertmanager.yml', at: 'alertmanager.yml', changes: [['alertmanager.yml', null, '']] },
  { what: 'rm alert-rules.yml', at: 'alert-rules.yml', changes: [['alert-rules.yml', null, '']] },
  { what: 'rm switch-on.sh', at: 'switch-on.sh', changes: [['switch-on.sh', null, '']] },
  { what: 'rm datasources', at: '', changes: [['datasources.yml', null, '']] },
  { what: 'rm contact points', at: '', changes: [['contact-points.yml', null, '']] },
  { what: 'rm policies', at: '', changes: [['notification-policies.yml', null, '']] },
  {
    what: 'rm both',
    at: '',
    changes: [
      ['contact-points.yml', null, ''],
      ['notification-policies.yml', null, ''],
    ],
  },
  { what: 'rm dashboard', at: '', changes: [['slo-dashboard.json', null, '']] },
  {
    what: 'secrets renamed in use',
    at: 'secrets',
    changes: [['docker-compose.yaml', '    secrets: [actuator_password]\n', '    secrets: [actuator_pasword]\n']],
  },
  {
    what: 'secrets def removed',
    at: ['secrets'],
    changes: [['docker-compose.yaml', '  actuator_password:\n    environment: ACTUATOR_PASSWORD\n', '']],
  },
  {
    what: 'secret path',
    at: 'password_file',
    changes: [['monitoring/prometheus.yml', '/run/secrets/actuator_password', '/run/secrets/actuator-password']],
  },
  {
    what: 'secret long target',
    at: ['target', 'password_file', 'secrets'],
    changes: [
      ['docker-compose.yaml', '    secrets: [actuator_password]\n', '    secrets: [{ source: actuator_password, target: password }]\n'],
    ],
  },
  {
    what: 'secret long ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        '    secrets: [actuator_password]\n',
        '    secrets: [{ source: actuator_password, target: actuator_password }]\n',
      ],
    ],
  },
  {
    what: 'secret long abs ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        '    secrets: [actuator_password]\n',
        '    secrets: [{ source: actuator_password, target: /run/secrets/actuator_password }]\n',
      ],
    ],
  },
  {
    what: 'alertmanager secrets one removed',
    at: ['secrets'],
    changes: [['docker-compose.yaml', '    secrets: [slack_url, discord_url]\n', '    secrets: [slack_url]\n']],
  },
  {
    what: 'secret env var typo',
    at: 'ACTUATOR',
    changes: [['docker-compose.yaml', 'environment: ACTUATOR_PASSWORD', 'environment: ACTUATOR_PASWORD']],
  },
  {
    what: 'secret file missing',
    at: 'SLACK_WEBHOOK_URL_FILE',
    changes: [
      [
        'docker-compose.yaml',
        'SLACK_WEBHOOK_URL_FILE:-./monitoring/alertmanager/no-url',
        'SLACK_WEBHOOK_URL_FILE:-./monitoring/alertmanager/none',
      ],
    ],
  },
  {
    what: 'project name',
    at: ['com.docker.compose.project', 'name: shop'],
    changes: [['docker-compose.yaml', 'name: moalog\n', 'name: shop\n']],
  },
  { what: 'filter project', at: 'com.docker.compose.project', changes: [['promtail.yml', 'project=moalog', 'project=moa-log']] },
  { what: 'filter project case', at: 'com.docker.compose.project', changes: [['promtail.yml', 'project=moalog', 'project=Moalog']] },
  {
    what: 'filter label name',
    at: 'com.docker',
    changes: [['promtail.yml', 'com.docker.compose.project=', 'com.docker.compose.projects=']],
  },
  { what: 'filter name', at: 'name', changes: [['promtail.yml', 'name: label', 'name: labels']] },
  {
    what: 'filter by service label value',
    at: 'values',
    changes: [['promtail.yml', 'project=moalog"]', 'project=moalog", "com.docker.compose.service=rate_limiter"]']],
  },
  {
    what: 'filter custom label none has',
    at: 'values',
    changes: [['promtail.yml', 'com.docker.compose.project=moalog', 'logging=promtail']],
  },
  { what: 'docker sock host', at: 'docker.sock', changes: [['promtail.yml', 'unix:///var/run/docker.sock', 'unix:///run/docker.sock']] },
  { what: 'relabel meta typo', at: '__meta', changes: [['promtail.yml', '__meta_docker_container_name', '__meta_docker_container_names']] },
  {
    what: 'relabel meta compose label',
    at: '__meta',
    changes: [['promtail.yml', 'com_docker_compose_service', 'com_docker_compose_services']],
  },
  {
    what: 'relabel meta stream',
    at: '__meta',
    changes: [['promtail.yml', '__meta_docker_container_log_stream', '__meta_docker_log_stream']],
  },
  {
    what: 'drop older',
    at: 'older_than',
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - drop: { older_than: 1s }\n            - labels:\n                level:\n',
      ],
    ],
  },
  {
    what: 'drop longer_than',
    at: ['drop', 'longer'],
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - drop: { longer_than: 10 }\n            - labels:\n                level:\n',
      ],
    ],
  },
  {
    what: 'drop expression all',
    at: ['drop', 'expression'],
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - drop: { expression: ".*" }\n            - labels:\n                level:\n',
      ],
    ],
  },
  {
    what: 'drop level INFO',
    at: ['drop'],
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - drop: { source: level, value: INFO }\n            - labels:\n                level:\n',
      ],
    ],
  },
  {
    what: 'drop older 24h',
    at: null,
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - drop: { older_than: 24h }\n            - labels:\n                level:\n',
      ],
    ],
  },
  {
    what: 'limit stage',
    at: 'limit',
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - limit: { rate: 1, burst: 1, drop: true }\n            - labels:\n                level:\n',
      ],
    ],
  },
  {
    what: 'sampling',
    at: 'sampling',
    changes: [
      [
        'promtail.yml',
        '            - labels:\n                level:\n',
        '            - sampling: { rate: 0.1 }\n            - labels:\n                level:\n',
      ],
    ],
  },
  { what: 'SERVER_PORT rl', at: 'SERVER_PORT', changes: [['docker-compose.yaml', 'SERVER_PORT: "8082"', 'SERVER_PORT: "8080"']] },
  { what: 'SERVER_PORT fp', at: 'SERVER_PORT', changes: [['docker-compose.yaml', 'SERVER_PORT: "8081"', 'SERVER_PORT: "8080"']] },
  { what: 'MOALOG_BIND port', at: 'MOALOG_BIND', changes: [['docker-compose.yaml', '0.0.0.0:8090', '0.0.0.0:8091']] },
  { what: 'MOALOG_BIND host', at: 'MOALOG_BIND', changes: [['docker-compose.yaml', 'MOALOG_BIND: 0.0.0.0', 'MOALOG_BIND: 127.0.0.1']] },
  {
    what: 'SERVER_ADDRESS',
    at: 'SERVER_ADDRESS',
    changes: [['docker-compose.yaml', 'SERVER_ADDRESS: 0.0.0.0', 'SERVER_ADDRESS: 127.0.0.1']],
  },
  {
    what: 'SERVER_ADDRESS localhost',
    at: 'SERVER_ADDRESS',
    changes: [['docker-compose.yaml', 'SERVER_ADDRESS: 0.0.0.0', 'SERVER_ADDRESS: localhost']],
  },
  {
    what: 'jmx host',
    at: '127.0.0.1:9404',
    changes: [['docker-compose.yaml', 'jmx_prometheus_javaagent.jar=9404', 'jmx_prometheus_javaagent.jar=127.0.0.1:9404']],
  },
  {
    what: 'metrics address localhost',
    at: 'address',
    changes: [['otel-collector.yml', 'address: 0.0.0.0:8889', 'address: 127.0.0.1:8889']],
  },
  {
    what: 'metrics address localhost name',
    at: 'address',
    changes: [['otel-collector.yml', 'address: 0.0.0.0:8889', 'address: localhost:8889']],
  },
  { what: 'metrics port', at: ['address'], changes: [['otel-collector.yml', 'address: 0.0.0.0:8889', 'address: 0.0.0.0:8888']] },
  {
    what: 'metrics readers localhost',
    at: 'host',
    changes: [
      [
        'otel-collector.yml',
        '      address: 0.0.0.0:8889',
        '      readers:\n        - pull: { exporter: { prometheus: { host: localhost, port: 8889 } } }',
      ],
      ['docker-compose.yaml', 'contrib:0.93.0', 'contrib:0.130.0'],
    ],
  },
  {
    what: 'metrics readers ok',
    at: null,
    changes: [
      [
        'otel-collector.yml',
        '      address: 0.0.0.0:8889',
        '      readers:\n        - pull: { exporter: { prometheus: { host: 0.0.0.0, port: 8889 } } }',
      ],
      ['docker-compose.yaml', 'contrib:0.93.0', 'contrib:0.130.0'],
    ],
  },
  { what: '0.130 with address', at: 'address', changes: [['docker-compose.yaml', 'contrib:0.93.0', 'contrib:0.130.0']] },
  {
    what: '0.104 grpc {}',
    at: ['grpc'],
    changes: [
      ['docker-compose.yaml', 'contrib:0.93.0', 'contrib:0.104.0'],
      ['otel-collector.yml', '      grpc:\n        endpoint: 0.0.0.0:4317', '      grpc: {}'],
    ],
  },
  {
    what: '0.104 http empty',
    at: ['http'],
    changes: [
      ['docker-compose.yaml', 'contrib:0.93.0', 'contrib:0.110.0'],
      ['otel-collector.yml', '      http:\n        endpoint: 0.0.0.0:4318', '      http:'],
    ],
  },
  { what: '0.93 grpc {} ok', at: null, changes: [['otel-collector.yml', '      grpc:\n        endpoint: 0.0.0.0:4317', '      grpc: {}']] },
  {
    what: 'grpc localhost',
    at: 'endpoint: localhost',
    changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:4317', 'endpoint: localhost:4317']],
  },
  { what: 'http 127', at: 'endpoint: 127', changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:4318', 'endpoint: 127.0.0.1:4318']] },
  { what: 'http ::1', at: '::1', changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:4318', 'endpoint: "[::1]:4318"']] },
  { what: 'http [::]', at: null, changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:4318', 'endpoint: "[::]:4318"']] },
  { what: 'http host name', at: null, changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:4318', 'endpoint: otel-collector:4318']] },
  {
    what: 'health localhost inside ok',
    at: null,
    changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:13133', 'endpoint: 127.0.0.1:13133']],
  },
  { what: 'health port', at: '13134', changes: [['otel-collector.yml', 'endpoint: 0.0.0.0:13133', 'endpoint: 0.0.0.0:13134']] },
  { what: 'loki listen port', at: 'http_listen_port', changes: [['loki/loki.yml', 'http_listen_port: 3100', 'http_listen_port: 3101']] },
  {
    what: 'loki listen addr',
    at: 'http_listen_address',
    changes: [['loki/loki.yml', 'http_listen_port: 3100', 'http_listen_port: 3100\n  http_listen_address: 127.0.0.1']],
  },
  { what: 'jaeger otlp localhost', at: 'host-port', changes: [['jaeger.yml', '0.0.0.0:4317', '127.0.0.1:4317']] },
  { what: 'jaeger otlp port', at: 'host-port', changes: [['jaeger.yml', '0.0.0.0:4317', '0.0.0.0:4319']] },
  { what: 'jaeger query localhost', at: 'host-port', changes: [['jaeger.yml', '0.0.0.0:16686', '127.0.0.1:16686']] },
  { what: 'jaeger :port ok', at: null, changes: [['jaeger.yml', '0.0.0.0:4317', ':4317']] },
  { what: 'jaeger otlp disabled', at: 'enabled', changes: [['jaeger.yml', 'enabled: true', 'enabled: false']] },
  {
    what: 'jaeger env disabled',
    at: 'COLLECTOR_OTLP',
    changes: [
      [
        'docker-compose.yaml',
        'image: jaegertracing/all-in-one:1.54\n',
        'image: jaegertracing/all-in-one:1.54\n    environment: { COLLECTOR_OTLP_ENABLED: "false" }\n',
      ],
      ['jaeger.yml', '    enabled: true\n', ''],
    ],
  },
  {
    what: 'prom listen flag',
    at: 'web.listen-address',
    changes: [['docker-compose.yaml', '--web.enable-lifecycle', '--web.enable-lifecycle, "--web.listen-address=127.0.0.1:9090"']],
  },
  {
    what: 'prom listen flag port',
    at: 'web.listen-address',
    changes: [['docker-compose.yaml', '--web.enable-lifecycle', '--web.enable-lifecycle, "--web.listen-address=:9091"']],
  },
  {
    what: 'prom listen ok',
    at: null,
    changes: [['docker-compose.yaml', '--web.enable-lifecycle', '--web.enable-lifecycle, "--web.listen-address=0.0.0.0:9090"']],
  },
  {
    what: 'grafana http port',
    at: 'GF_SERVER_HTTP_PORT',
    changes: [['docker-compose.yaml', 'GF_ANALYTICS_REPORTING_ENABLED: "false"', 'GF_SERVER_HTTP_PORT: "3001"']],
  },
  {
    what: 'grafana http addr',
    at: 'GF_SERVER_HTTP_ADDR',
    changes: [['docker-compose.yaml', 'GF_ANALYTICS_REPORTING_ENABLED: "false"', 'GF_SERVER_HTTP_ADDR: 127.0.0.1']],
  },
  { what: 'redis port', at: '--port', changes: [['docker-compose.yaml', '--maxmemory, 64mb', '--port, "6380", --maxmemory, 64mb']] },
  { what: 'redis bind', at: '--bind', changes: [['docker-compose.yaml', '--maxmemory, 64mb', '--bind, 127.0.0.1, --maxmemory, 64mb']] },
  {
    what: 'mysqld exporter listen',
    at: 'web.listen-address',
    changes: [['docker-compose.yaml', '--mysqld.username=root', '--mysqld.username=root, "--web.listen-address=:9105"']],
  },
  {
    what: 'redis exporter listen',
    at: 'REDIS_EXPORTER_WEB_LISTEN_ADDRESS',
    changes: [
      [
        'docker-compose.yaml',
        'REDIS_ADDR: redis://redis:6379',
        'REDIS_ADDR: redis://redis:6379\n      REDIS_EXPORTER_WEB_LISTEN_ADDRESS: "127.0.0.1:9121"',
      ],
    ],
  },
  {
    what: 'redis exporter listen port',
    at: 'REDIS_EXPORTER_WEB_LISTEN_ADDRESS',
    changes: [
      [
        'docker-compose.yaml',
        'REDIS_ADDR: redis://redis:6379',
        'REDIS_ADDR: redis://redis:6379\n      REDIS_EXPORTER_WEB_LISTEN_ADDRESS: ":9122"',
      ],
    ],
  },
  { what: 'REDIS_ADDR port', at: 'REDIS_ADDR', changes: [['docker-compose.yaml', 'redis://redis:6379', 'redis://redis:6382']] },
  { what: 'REDIS_ADDR host', at: 'REDIS_ADDR', changes: [['docker-compose.yaml', 'redis://redis:6379', 'redis://localhost:6379']] },
  { what: 'REDIS_ADDR host typo', at: 'REDIS_ADDR', changes: [['docker-compose.yaml', 'redis://redis:6379', 'redis://reids:6379']] },
  { what: 'REDIS_ADDR no scheme ok', at: null, changes: [['docker-compose.yaml', 'redis://redis:6379', 'redis:6379']] },
  { what: 'REDIS_ADDR key', at: 'REDIS_ADR', changes: [['docker-compose.yaml', 'REDIS_ADDR:', 'REDIS_ADR:']] },
  { what: 'REDIS_ADDR container_name ok', at: null, changes: [['docker-compose.yaml', 'redis://redis:6379', 'redis://moalog-redis:6379']] },
  {
    what: 'redis_exporter flag addr',
    at: '--redis.addr',
    changes: [
      [
        'docker-compose.yaml',
        '    environment:\n      REDIS_ADDR: redis://redis:6379\n',
        '    command: ["--redis.addr=redis://localhost:6379"]\n',
      ],
    ],
  },
  {
    what: 'mysqld addr port',
    at: 'mysqld.address',
    changes: [['docker-compose.yaml', '--mysqld.address=mysql:3306', '--mysqld.address=mysql:3307']],
  },
  {
    what: 'mysqld addr',
    at: 'mysqld.address',
    changes: [['docker-compose.yaml', '--mysqld.address=mysql:3306', '--mysqld.address=localhost:3306']],
  },
  { what: 'mysqld addr gone', at: ['command', 'mysqld-exporter'], changes: [['docker-compose.yaml', '--mysqld.address=mysql:3306, ', '']] },
  { what: 'mysqld user gone', at: ['command', 'mysqld'], changes: [['docker-compose.yaml', ', --mysqld.username=root', '']] },
  {
    what: 'mysqld password var gone',
    at: ['MYSQLD', 'mysqld', 'environment'],
    changes: [
      ['docker-compose.yaml', '    environment:\n      MYSQLD_EXPORTER_PASSWORD: ${MYSQL_ROOT_PASSWORD:?copy .env.example to .env}\n', ''],
    ],
  },
  {
    what: 'no-collect',
    at: 'no-collect',
    changes: [['docker-compose.yaml', '--mysqld.username=root', '--mysqld.username=root, --no-collect.global_status']],
  },
  {
    what: 'collect=false',
    at: 'collect.global_status',
    changes: [['docker-compose.yaml', '--mysqld.username=root', '--mysqld.username=root, --collect.global_status=false']],
  },
  {
    what: 'no-collect harmless',
    at: null,
    changes: [['docker-compose.yaml', '--mysqld.username=root', '--mysqld.username=root, --no-collect.slave_status']],
  },
  { what: 'maxmemory removed', at: ['command', 'redis-server'], changes: [['docker-compose.yaml', '--maxmemory, 64mb, ', '']] },
  { what: 'maxmemory 0', at: 'maxmemory', changes: [['docker-compose.yaml', '--maxmemory, 64mb', '--maxmemory, "0"']] },
  {
    what: 'maxmemory string command ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        'command: [redis-server, --maxmemory, 64mb, --maxmemory-policy, noeviction, --save, "", --appendonly, "no"]',
        "command: redis-server --maxmemory 64mb --maxmemory-policy noeviction --save '' --appendonly no",
      ],
    ],
  },
  {
    what: 'maxmemory string cmd gone',
    at: 'command',
    changes: [
      [
        'docker-compose.yaml',
        'command: [redis-server, --maxmemory, 64mb, --maxmemory-policy, noeviction, --save, "", --appendonly, "no"]',
        "command: redis-server --maxmemory-policy noeviction --save '' --appendonly no",
      ],
    ],
  },
  {
    what: 'command gone',
    at: 'redis',
    changes: [
      [
        'docker-compose.yaml',
        '    command: [redis-server, --maxmemory, 64mb, --maxmemory-policy, noeviction, --save, "", --appendonly, "no"]\n',
        '',
      ],
    ],
  },
  {
    what: 'agent output',
    at: ['--output', 'opentelemetry-java-agent'],
    changes: [['docker-compose.yaml', '- /otel/opentelemetry-javaagent.jar\n', '- /otel/opentelemetry-java-agent.jar\n']],
  },
  {
    what: 'agent path',
    at: 'JAVA_TOOL_OPTIONS',
    changes: [['docker-compose.yaml', '-javaagent:/otel/opentelemetry-javaagent.jar', '-javaagent:/otel/opentelemetry-java-agent.jar']],
  },
  {
    what: 'agent mount gone',
    at: ['otel_agent', 'rate-limiter', 'JAVA_TOOL'],
    changes: [
      [
        'docker-compose.yaml',
        '    volumes: ["otel_agent:/otel:ro"]\n    ports:\n      - "${BIND_ADDRESS:-127.0.0.1}:${RATE',
        '    ports:\n      - "${BIND_ADDRESS:-127.0.0.1}:${RATE',
      ],
    ],
  },
  {
    what: 'agent mount path',
    at: 'otel_agent',
    changes: [['docker-compose.yaml', 'volumes: ["otel_agent:/otel:ro"]', 'volumes: ["otel_agent:/agent:ro"]']],
  },
  {
    what: 'agent init volume ro',
    at: 'otel_agent',
    changes: [['docker-compose.yaml', 'volumes: ["otel_agent:/otel"]', 'volumes: ["otel_agent:/otel:ro"]']],
  },
  {
    what: 'agent init other volume',
    at: 'volumes',
    changes: [['docker-compose.yaml', 'volumes: ["otel_agent:/otel"]', 'volumes: ["otel_agents:/otel"]']],
  },
  {
    what: 'container name twice',
    at: 'moalog-redis',
    changes: [['docker-compose.yaml', 'container_name: moalog-mysql', 'container_name: moalog-redis']],
  },
  { what: 'grafana host port', at: 'GRAFANA_PORT', changes: [['docker-compose.yaml', 'GRAFANA_PORT:-3001', 'GRAFANA_PORT:-3100']] },
  {
    what: 'host port twice range',
    at: '9404',
    changes: [['docker-compose.yaml', '${RATE_LIMITER_PORT:-8082}:8082', '9400-9404:9400-9404']],
  },
  {
    what: 'host port long',
    at: 'published',
    changes: [
      [
        'docker-compose.yaml',
        '["${BIND_ADDRESS:-127.0.0.1}:${GRAFANA_PORT:-3001}:3000"]',
        '[{ target: 3000, published: "3100", host_ip: 127.0.0.1 }]',
      ],
    ],
  },
  {
    what: 'host port other ip ok',
    at: null,
    changes: [['docker-compose.yaml', '["${BIND_ADDRESS:-127.0.0.1}:${GRAFANA_PORT:-3001}:3000"]', '["127.0.0.2:3100:3000"]']],
  },
  {
    what: 'host port 0.0.0.0 clash',
    at: '3100',
    changes: [['docker-compose.yaml', '["${BIND_ADDRESS:-127.0.0.1}:${GRAFANA_PORT:-3001}:3000"]', '["3100:3000"]']],
  },
  {
    what: 'grafana published wrong container port',
    at: '3001}:3001',
    changes: [['docker-compose.yaml', '${GRAFANA_PORT:-3001}:3000', '${GRAFANA_PORT:-3001}:3001']],
  },
  { what: 'hc loki port', at: '3101', changes: [['docker-compose.yaml', 'http://127.0.0.1:3100/ready', 'http://127.0.0.1:3101/ready']] },
  { what: 'hc loki path', at: 'readyz', changes: [['docker-compose.yaml', 'http://127.0.0.1:3100/ready', 'http://127.0.0.1:3100/readyz']] },
  { what: 'hc prom path', at: '/ready', changes: [['docker-compose.yaml', '9090/-/ready', '9090/ready']] },
  { what: 'hc am path', at: 'redy', changes: [['docker-compose.yaml', '9093/-/ready', '9093/-/redy']] },
  { what: 'hc grafana port', at: '3001/api', changes: [['docker-compose.yaml', '127.0.0.1:3000/api/health', '127.0.0.1:3001/api/health']] },
  { what: 'hc grafana path', at: 'healthz', changes: [['docker-compose.yaml', '3000/api/health', '3000/api/healthz']] },
  { what: 'hc jaeger port', at: '14268', changes: [['docker-compose.yaml', '127.0.0.1:14269/', '127.0.0.1:14268/']] },
  { what: 'hc wget https', at: 'https', changes: [['docker-compose.yaml', 'http://127.0.0.1:3100/ready', 'https://127.0.0.1:3100/ready']] },
  { what: 'hc other container', at: '', changes: [['docker-compose.yaml', 'http://127.0.0.1:3100/ready', 'http://prometheus:3100/ready']] },
  { what: 'hc service name ok', at: null, changes: [['docker-compose.yaml', 'http://127.0.0.1:3100/ready', 'http://loki:3100/ready']] },
  { what: 'hc localhost ok', at: null, changes: [['docker-compose.yaml', 'http://127.0.0.1:3100/ready', 'http://localhost:3100/ready']] },
  {
    what: 'hc curl absent',
    at: 'curl',
    changes: [
      [
        'docker-compose.yaml',
        'test: [CMD, wget, -q, -O, /dev/null, "http://127.0.0.1:9090/-/ready"]',
        'test: [CMD, curl, -f, "http://127.0.0.1:9090/-/ready"]',
      ],
    ],
  },
  {
    what: 'hc CMD-SHELL in list',
    at: '',
    changes: [['docker-compose.yaml', 'test: [CMD, redis-cli, ping]', 'test: [CMD, "redis-cli ping"]']],
  },
  { what: 'hc string ok', at: null, changes: [['docker-compose.yaml', 'test: [CMD, redis-cli, ping]', 'test: redis-cli ping']] },
  { what: 'hc no CMD', at: '', changes: [['docker-compose.yaml', 'test: [CMD, redis-cli, ping]', 'test: [redis-cli, ping]']] },
  {
    what: 'hc NONE but waited',
    at: ['NONE', 'service_healthy'],
    changes: [['docker-compose.yaml', 'test: [CMD, redis-cli, ping]', 'test: [NONE]']],
  },
  {
    what: 'hc disable but waited',
    at: ['disable', 'service_healthy', 'redis'],
    changes: [['docker-compose.yaml', 'test: [CMD, redis-cli, ping]', 'disable: true']],
  },
  {
    what: 'hc removed but waited',
    at: ['redis'],
    changes: [['docker-compose.yaml', '    healthcheck:\n      <<: *health\n      test: [CMD, redis-cli, ping]\n', '']],
  },
  { what: 'interval unit', at: 'interval', changes: [['docker-compose.yaml', 'interval: 5s', 'interval: 5']] },
  { what: 'timeout > interval ok', at: null, changes: [['docker-compose.yaml', 'timeout: 3s', 'timeout: 10s']] },
  { what: 'var renamed', at: 'GRAFANA_ADMIN', changes: [['docker-compose.yaml', '${GRAFANA_ADMIN_PASSWORD:?', '${GRAFANA_ADMIN_PASS:?']] },
  {
    what: 'var renamed mysql',
    at: 'MYSQL_ROOT',
    changes: [['docker-compose.yaml', 'MYSQL_ROOT_PASSWORD: ${MYSQL_ROOT_PASSWORD:?', 'MYSQL_ROOT_PASSWORD: ${MYSQL_ROOT_PW:?']],
  },
  { what: 'var no default', at: '', changes: [['docker-compose.yaml', '${GRAFANA_PORT:-3001}', '${GRAFANA_PRT}']] },
  {
    what: 'var typo with default',
    at: 'GRAFANA_PROT',
    changes: [['docker-compose.yaml', '${GRAFANA_PORT:-3001}', '${GRAFANA_PROT:-3001}']],
  },
  { what: 'var unbalanced', at: '', changes: [['docker-compose.yaml', '${GRAFANA_PORT:-3001}', '${GRAFANA_PORT:-3001']] },
  {
    what: 'contact var renamed',
    at: 'GRAFANA_DEF',
    changes: [['contact-points.yml', '$GRAFANA_DEFAULT_WEBHOOK_URL', '$GRAFANA_DEFAULT_URL']],
  },
  {
    what: 'compose var for contact renamed',
    at: 'GRAFANA',
    changes: [['docker-compose.yaml', 'GRAFANA_DEFAULT_WEBHOOK_URL: $', 'GRAFANA_DEFAULT_URL: $']],
  },
  { what: 'am RECEIVER_PORT', at: 'RECEIVER', changes: [['docker-compose.yaml', 'RECEIVER_PORT: "${', 'RECEIVERS_PORT: "${']] },
  { what: 'starts delivered', at: 'config.file', changes: [['switch-on.sh', '--config.file="$running"', '--config.file="$delivered"']] },
  {
    what: 'writes elsewhere',
    at: ['api_url_file', 'printf', '/run/alertmanager'],
    changes: [['switch-on.sh', '"/run/alertmanager/${channel}_url"', '"/tmp/${channel}_url"']],
  },
  { what: 'channel names', at: 'channel', changes: [['switch-on.sh', 'for channel in slack discord', 'for channel in slak discord']] },
  { what: 'no exec', at: 'alertmanager', changes: [['switch-on.sh', 'exec /bin/alertmanager', '/bin/alertmanager']] },
  { what: 'alertmanager path', at: 'alertmanager', changes: [['switch-on.sh', '/bin/alertmanager', '/usr/bin/alertmanager']] },
  {
    what: 'running path',
    at: 'running',
    changes: [['switch-on.sh', 'running=/run/alertmanager/alertmanager.yml', 'running=/run/alertmgr/alertmanager.yml']],
  },
  {
    what: 'network apart',
    at: ['networks', 'net'],
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    networks: [back]'],
      ['docker-compose.yaml', /\nvolumes:\n {2}mysql/, '\nnetworks:\n  back:\n\nvolumes:\n  mysql'],
    ],
  },
  {
    what: 'network undefined',
    at: 'back',
    changes: [['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    networks: [back]']],
  },
  {
    what: 'network_mode host',
    at: 'network_mode',
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    network_mode: host'],
    ],
  },
  {
    what: 'network_mode none',
    at: 'network_mode',
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    network_mode: none'],
    ],
  },
  {
    what: 'network both ok',
    at: null,
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    networks: [default, back]'],
      ['docker-compose.yaml', /\nvolumes:\n {2}mysql/, '\nnetworks:\n  back:\n\nvolumes:\n  mysql'],
    ],
  },
  {
    what: 'profile of exporter',
    at: 'profiles',
    changes: [['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    profiles: [debug]']],
  },
  {
    what: 'profile of loki',
    at: 'profiles',
    changes: [['docker-compose.yaml', 'image: grafana/loki:2.9.0', 'image: grafana/loki:2.9.0\n    profiles: [logs]']],
  },
  {
    what: 'scale 0',
    at: 'scale',
    changes: [['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    scale: 0']],
  },
  {
    what: 'deploy replicas 0',
    at: 'replicas',
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'image: prom/mysqld-exporter:v0.16.0\n    deploy: { replicas: 0 }'],
    ],
  },
  { what: 'loki data ro', at: 'loki_data', changes: [['docker-compose.yaml', 'loki_data:/loki', 'loki_data:/loki:ro']] },
  {
    what: 'prom data ro',
    at: 'prometheus_data',
    changes: [['docker-compose.yaml', 'prometheus_data:/prometheus', 'prometheus_data:/prometheus:ro']],
  },
  {
    what: 'mysql data ro',
    at: 'mysql_data',
    changes: [['docker-compose.yaml', 'mysql_data:/var/lib/mysql', 'mysql_data:/var/lib/mysql:ro']],
  },
  {
    what: 'grafana data ro',
    at: 'grafana_data',
    changes: [['docker-compose.yaml', 'grafana_data:/var/lib/grafana', 'grafana_data:/var/lib/grafana:ro']],
  },
  {
    what: 'positions ro',
    at: 'promtail_positions',
    changes: [['docker-compose.yaml', 'promtail_positions:/var/lib/promtail', 'promtail_positions:/var/lib/promtail:ro']],
  },
  {
    what: 'am data long ro',
    at: 'alertmanager_data',
    changes: [
      [
        'docker-compose.yaml',
        '- alertmanager_data:/alertmanager\n',
        '- { type: volume, source: alertmanager_data, target: /alertmanager, read_only: true }\n',
      ],
    ],
  },
  {
    what: 'volume elsewhere',
    at: 'mysql_data',
    changes: [['docker-compose.yaml', 'mysql_data:/var/lib/mysql', 'mysql_data:/var/lib/mysqld']],
  },
  {
    what: 'volume elsewhere pg',
    at: 'postgres_data',
    changes: [['docker-compose.yaml', 'postgres_data:/var/lib/postgresql/data', 'postgres_data:/var/lib/postgres/data']],
  },
  { what: 'volume undefined', at: '', changes: [['docker-compose.yaml', '\n  loki_data:\n', '\n']] },
  {
    what: 'tsdb path',
    at: 'storage.tsdb.path',
    changes: [['docker-compose.yaml', '--storage.tsdb.path=/prometheus', '--storage.tsdb.path=/data']],
  },
  { what: 'pos filename', at: 'filename', changes: [['promtail.yml', '/var/lib/promtail/positions.yaml', '/tmp/positions.yaml']] },
  { what: 'toxi upstream port', at: '6380', changes: [['docker-compose.yaml', '"upstream": "redis:6379"', '"upstream": "redis:6380"']] },
  {
    what: 'toxi listen port',
    at: ['16382', '16383'],
    changes: [['docker-compose.yaml', '"listen": "0.0.0.0:16382"', '"listen": "0.0.0.0:16383"']],
  },
  { what: 'toxi upstream host', at: 'mysqld', changes: [['docker-compose.yaml', '"upstream": "mysql:3306"', '"upstream": "mysqld:3306"']] },
  {
    what: 'toxi disabled',
    at: 'false',
    changes: [['docker-compose.yaml', '"upstream": "mysql:3306", "enabled": true', '"upstream": "mysql:3306", "enabled": false']],
  },
  {
    what: 'toxi localhost',
    at: '127.0.0.1',
    changes: [['docker-compose.yaml', '"listen": "0.0.0.0:16382"', '"listen": "127.0.0.1:16382"']],
  },
  {
    what: 'KAFKA bootstrap port',
    at: 'KAFKA_BOOTSTRAP',
    changes: [['docker-compose.yaml', 'KAFKA_BOOTSTRAP_SERVERS: kafka:29092', 'KAFKA_BOOTSTRAP_SERVERS: kafka:9092']],
  },
  {
    what: 'KAFKA bootstrap host',
    at: 'KAFKA_BOOTSTRAP',
    changes: [['docker-compose.yaml', 'KAFKA_BOOTSTRAP_SERVERS: kafka:29092', 'KAFKA_BOOTSTRAP_SERVERS: localhost:29092']],
  },
  { what: 'R2DBC port', at: 'R2DBC_URL', changes: [['docker-compose.yaml', 'toxiproxy:15435/fluxpay', 'toxiproxy:15434/fluxpay']] },
  { what: 'R2DBC db', at: 'R2DBC_URL', changes: [['docker-compose.yaml', 'toxiproxy:15435/fluxpay', 'toxiproxy:15435/flux']] },
  {
    what: 'R2DBC user',
    at: 'USERNAME',
    changes: [['docker-compose.yaml', 'SPRING_R2DBC_USERNAME: fluxpay', 'SPRING_R2DBC_USERNAME: flux']],
  },
  {
    what: 'R2DBC password other',
    at: 'PASSWORD',
    changes: [['docker-compose.yaml', 'SPRING_R2DBC_PASSWORD: ${POSTGRES_PASSWORD', 'SPRING_R2DBC_PASSWORD: ${MYSQL_PASSWORD']],
  },
  { what: 'REDIS_PORT', at: 'REDIS_PORT', changes: [['docker-compose.yaml', 'REDIS_PORT: "16382"', 'REDIS_PORT: "6379"']] },
  { what: 'DATABASE_URL port', at: 'DATABASE_URL', changes: [['docker-compose.yaml', '@toxiproxy:13307/', '@toxiproxy:3306/']] },
  {
    what: 'OTLP endpoint port',
    at: 'OTLP_ENDPOINT',
    changes: [
      [
        'docker-compose.yaml',
        'OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector:4318',
        'OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector:4317',
      ],
    ],
  },
  {
    what: 'OTLP endpoint host',
    at: 'OTLP_ENDPOINT',
    changes: [
      [
        'docker-compose.yaml',
        'OTEL_EXPORTER_OTLP_ENDPOINT: http://otel-collector:4318',
        'OTEL_EXPORTER_OTLP_ENDPOINT: http://localhost:4318',
      ],
    ],
  },
  { what: 'collector exporter host', at: 'endpoint', changes: [['otel-collector.yml', 'jaeger:4317', 'jeager:4317']] },
  { what: 'collector exporter port', at: 'endpoint', changes: [['otel-collector.yml', 'jaeger:4317', 'jaeger:4318']] },
  { what: 'collector exporter tls', at: 'insecure', changes: [['otel-collector.yml', 'insecure: true', 'insecure: false']] },
  { what: 'am target port', at: 'alertmanager:9095', changes: [['monitoring/prometheus.yml', 'alertmanager:9093', 'alertmanager:9095']] },
  { what: 'am target localhost', at: 'localhost:9093', changes: [['monitoring/prometheus.yml', 'alertmanager:9093', 'localhost:9093']] },
  { what: 'prom self port', at: 'localhost:9091', changes: [['monitoring/prometheus.yml', 'localhost:9090', 'localhost:9091']] },
  {
    what: 'redis-exporter port',
    at: 'redis-exporter:9122',
    changes: [['monitoring/prometheus.yml', 'redis-exporter:9121', 'redis-exporter:9122']],
  },
  {
    what: 'metrics_path',
    at: 'metrics_path',
    changes: [['monitoring/prometheus.yml', 'metrics_path: /actuator/prometheus', 'metrics_path: /actuator/metrics']],
  },
  { what: 'push url', at: 'url:', changes: [['promtail.yml', '/loki/api/v1/push', '/api/prom/push']] },
  { what: 'push port', at: 'url:', changes: [['promtail.yml', 'loki:3100', 'loki:3101']] },
  { what: 'ds loki port', at: 'url', changes: [['datasources.yml', 'http://loki:3100', 'http://loki:3101']] },
  { what: 'ds prom host port', at: 'url', changes: [['datasources.yml', 'http://prometheus:9090', 'http://prometheus:9091']] },
  { what: 'ds localhost', at: 'url', changes: [['datasources.yml', 'http://loki:3100', 'http://localhost:3100']] },
  { what: 'ds jaeger port', at: 'url', changes: [['datasources.yml', 'http://jaeger:16686', 'http://jaeger:14268']] },
  {
    what: 'value in label',
    at: '$value',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning, current: \'{{ $value }}\' }\n',
      ],
    ],
  },
  {
    what: 'value in label printf',
    at: 'printf',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning, current: \'{{ printf "%.0f" $value }}\' }\n',
      ],
    ],
  },
  {
    what: 'value in label .Value',
    at: '.Value',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning, current: \'{{ .Value | humanize }}\' }\n',
      ],
    ],
  },
  {
    what: 'now in label',
    at: 'query',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning, at: \'{{ query "time()" | first | value }}\' }\n',
      ],
    ],
  },
  {
    what: 'label from labels ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning, team: \'{{ $labels.job }}\' }\n',
      ],
    ],
  },
  {
    what: 'matcher *',
    at: '"*"',
    changes: [
      [
        'alertmanager.yml',
        '    - receiver: critical\n',
        '    - { receiver: slack, continue: true, matchers: [\'alertname = "*"\'] }\n    - receiver: critical\n',
      ],
    ],
  },
  {
    what: 'join pairs',
    at: 'SortedPairs',
    changes: [['alertmanager.yml', /text: '[^\n]*'/, 'text: \'{{ .CommonLabels.SortedPairs | join ", " }}\'']],
  },
  {
    what: 'reReplaceAll',
    at: 'reReplaceAll',
    changes: [['alertmanager.yml', /text: '[^\n]*'/, 'text: \'{{ reReplaceAll "a" "b" "c" "d" .CommonLabels.alertname }}\'']],
  },
  { what: 'toUpper of a list', at: 'toUpper', changes: [['alertmanager.yml', /text: '[^\n]*'/, "text: '{{ .Alerts | toUpper }}'"]] },
  {
    what: 'title missing field',
    at: '.Labls',
    changes: [['alertmanager.yml', /text: '[^\n]*'/, "text: '{{ range .Alerts }}{{ .Labls.alertname }}{{ end }}'"]],
  },
  {
    what: 'alert field at top',
    at: '.Annotations',
    changes: [['alertmanager.yml', /text: '[^\n]*'/, "text: '{{ .Annotations.summary }}'"]],
  },
  {
    what: 'undefined template',
    at: 'slack.my',
    changes: [['alertmanager.yml', /text: '[^\n]*'/, 'text: \'{{ template "slack.my.text" . }}\'']],
  },
  {
    what: 'template end missing',
    at: '',
    changes: [['alertmanager.yml', /text: '[^\n]*'/, "text: '{{ range .Alerts }}{{ .Labels.alertname }}'"]],
  },
  { what: 'unknown func', at: 'upper', changes: [['alertmanager.yml', /text: '[^\n]*'/, "text: '{{ .Status | upper }}'"]] },
  {
    what: 'len ok',
    at: null,
    changes: [
      [
        'alertmanager.yml',
        /text: '[^\n]*'/,
        'text: \'{{ len .Alerts.Firing }} {{ .GroupLabels.SortedPairs.Values | join " " }} {{ title .Status }}\'',
      ],
    ],
  },
  {
    what: 'join without values',
    at: 'join',
    changes: [['alertmanager.yml', /title: '[^\n]*'/, 'title: \'{{ .GroupLabels | join " " }}\'']],
  },
  {
    what: 'rule .job',
    at: '.job',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { runbook: \'https://wiki/{{ .job }}\' }\n',
      ],
    ],
  },
  {
    what: 'rule $label',
    at: '$label',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $label.job }}\' }\n',
      ],
    ],
  },
  {
    what: 'rule .Labels ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ .Labels.job }} {{ $value | humanize }}\' }\n',
      ],
    ],
  },
  {
    what: 'rule humanise',
    at: 'humanise',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $value | humanise }}\' }\n',
      ],
    ],
  },
  {
    what: 'rule toUpper of value',
    at: 'toUpper',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $value | toUpper }}\' }\n',
      ],
    ],
  },
  {
    what: 'rule humanize text',
    at: 'humanize',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.job | humanize }}\' }\n',
      ],
    ],
  },
  {
    what: 'agg label',
    at: '$labels.instance',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(redis_connected_clients) > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.instance }}\' }\n',
      ],
    ],
  },
  {
    what: 'agg by',
    at: '$labels.instance',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum by (job) (redis_connected_clients) > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.instance }}\' }\n',
      ],
    ],
  },
  {
    what: 'agg without',
    at: '$labels.instance',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum without (instance) (redis_connected_clients) > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.instance }}\' }\n',
      ],
    ],
  },
  {
    what: 'agg binary on',
    at: '$labels.job',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients / on (instance) redis_up > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.job }}\' }\n',
      ],
    ],
  },
  {
    what: 'agg group_left ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients * on (instance) group_left redis_up > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.job }}\' }\n',
      ],
    ],
  },
  {
    what: 'agg topk ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "topk(3, redis_connected_clients) > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.instance }}\' }\n',
      ],
    ],
  },
  {
    what: 'absent label',
    at: '$labels.instance',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "absent(redis_up{job=\\"redis-exporter\\"})"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.instance }}\' }\n',
      ],
    ],
  },
  {
    what: 'index labels',
    at: 'index',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(redis_connected_clients) > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ index $labels "instance" }}\' }\n',
      ],
    ],
  },
  {
    what: 'with labels',
    at: '.instance',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(redis_connected_clients) > 100"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ with $labels }}{{ .instance }}{{ end }}\' }\n',
      ],
    ],
  },
  {
    what: 'le label after quantile',
    at: '$labels.le',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 1"\n        for: 5m\n        labels: { severity: warning }\n        annotations: { summary: \'{{ $labels.le }}\' }\n',
      ],
    ],
  },
  {
    what: 'ratio by',
    at: '/',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum by (job, instance) (rate(axum_http_requests_total{status=~\\"5..\\"}[5m])) / sum by (job) (rate(axum_http_requests_total[5m])) > 0.01"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'ratio by status',
    at: '/',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum by (job, status) (rate(axum_http_requests_total[5m])) / sum by (job) (rate(axum_http_requests_total[5m])) > 0.01"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'ratio ignoring ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum by (job, status) (rate(axum_http_requests_total[5m])) / ignoring (status) group_left sum by (job) (rate(axum_http_requests_total[5m])) > 0.01"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'ratio sum vs vector',
    at: '/',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{status=~\\"5..\\"}[5m])) / sum by (job) (rate(axum_http_requests_total[5m])) > 0.01"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'and on instance',
    at: 'and on',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "rate(axum_http_requests_total[5m]) and on (instance) redis_up == 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'and on job',
    at: 'and on',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_up == 0 and on (job) up{job=\\"mysqld-exporter\\"} == 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'and plain',
    at: 'and',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_up == 0 and mysql_up == 0"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'unless plain',
    at: 'unless',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_up == 0 unless mysql_up == 0"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'and on () ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_up == 0 and on () mysql_up == 0"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'arith metrics of two jobs',
    at: '/',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients / mysql_global_status_threads_connected > 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'arith ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_memory_used_bytes / redis_memory_used_rss_bytes > 1.5"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'arith memory by area',
    at: '/',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "jvm_memory_used_bytes{area=\\"heap\\"} / jvm_memory_max_bytes{area=\\"nonheap\\"} > 0.5"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'or vector',
    at: 'vector(0)',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{status=~\\"5..\\"}[1h])) / sum(rate(axum_http_requests_total[1h])) or vector(0) >= 0.05"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'no comparison',
    at: 'sum',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{status=~\\"5..\\"}[5m]))"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'no comparison gauge',
    at: 'redis_connected_clients',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bool',
    at: 'bool',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > bool 100"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bool in and',
    at: 'bool',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_up == bool 0 and redis_up"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bool * ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "(redis_connected_clients > bool 100) * redis_up == 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'scalar compare',
    at: '',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "1 > 0"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'vector(1)',
    at: 'vector',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "vector(1)"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'watchdog named ok',
    at: null,
    changes: [['alert-rules.yml', /\s*$/, '\n\n      - alert: Watchdog\n        expr: vector(1)\n        labels: { severity: none }\n']],
  },
  {
    what: 'up > 1',
    at: '> 1',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "up > 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'up == 2',
    at: '== 2',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "up == 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'rate < 0',
    at: '< 0',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "rate(axum_http_requests_total[5m]) < 0"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'ratio > 1',
    at: '> 5',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{status=~\\"5..\\"}[5m])) / sum(rate(axum_http_requests_total[5m])) > 5"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'percent*100 > 500',
    at: '> 500',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "100 * sum(rate(axum_http_requests_total{status=~\\"5..\\"}[5m])) / sum(rate(axum_http_requests_total[5m])) > 500"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bucket > 60',
    at: '> 60',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 60"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bucket * 1000',
    at: '',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) * 1000 > 60000"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bucket = max',
    at: '',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.99, sum by (le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) >= 10.5"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bucket ms',
    at: '> 500',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 500"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'bucket ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'quantile no le',
    at: 'sum by (job)',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'quantile > 1',
    at: '95',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(95, sum by (job, le) (rate(axum_http_requests_duration_seconds_bucket[5m]))) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'quantile no rate',
    at: '',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "histogram_quantile(0.95, sum by (job, le) (axum_http_requests_duration_seconds_bucket)) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'rate of sum',
    at: 'rate(sum',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "rate(sum by (job) (axum_http_requests_total)[5m:]) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'rate of gauge',
    at: 'rate(redis',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "rate(redis_connected_clients[5m]) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'short window',
    at: '[10s]',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total[10s])) > 100"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'label value not there',
    at: '',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{status=\\"5xx\\"}[5m])) > 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'label not there',
    at: 'code',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{code=~\\"5..\\"}[5m])) > 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'metric not there',
    at: '_totals',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_totals[5m])) > 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'job not there',
    at: 'redis_exporter',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_up{job=\\"redis_exporter\\"} == 0"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'regex =',
    at: '5..',
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "sum(rate(axum_http_requests_total{status=\\"5..\\"}[5m])) > 1"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'changes ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "changes(redis_uptime_in_seconds[10m]) > 2"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'absent ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "absent(up{job=\\"redis-exporter\\"})"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'predict ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "predict_linear(redis_memory_used_bytes[1h], 4 * 3600) > 64000000"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'time based ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "time() - redis_start_time_seconds < 300"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'offset ok',
    at: null,
    changes: [
      [
        'alert-rules.yml',
        /\s*$/,
        '\n\n      - alert: Extra\n        expr: "redis_connected_clients > 2 * (redis_connected_clients offset 1h)"\n        for: 5m\n        labels: { severity: warning }\n',
      ],
    ],
  },
  {
    what: 'rss metric',
    at: 'redis_memory_used_rss_bytes',
    changes: [['alert-rules.yml', 'redis_memory_used_bytes /', 'redis_memory_used_rss_bytes /']],
  },
  {
    what: 'mysql questions',
    at: 'questions',
    changes: [['alert-rules.yml', 'mysql_global_status_slow_queries', 'mysql_global_status_questions']],
  },
  {
    what: 'max metric swapped',
    at: ['redis_memory'],
    changes: [['alert-rules.yml', '(redis_memory_max_bytes > 0)', '(redis_memory_peak_bytes > 0)']],
  },
  {
    what: 'location',
    at: 'location',
    changes: [['promtail.yml', 'format: RFC3339Nano', 'format: RFC3339Nano\n                location: Asia/Seoul']],
  },
  { what: 'format RFC3339 ok', at: null, changes: [['promtail.yml', 'format: RFC3339Nano', 'format: RFC3339']] },
  { what: 'format wrong', at: 'format', changes: [['promtail.yml', 'format: RFC3339Nano', 'format: "2006-01-02 15:04:05"']] },
  { what: 'format Unix', at: 'format', changes: [['promtail.yml', 'format: RFC3339Nano', 'format: Unix']] },
  {
    what: 'quoted whole',
    at: "severity = 'critical'",
    changes: [['alertmanager.yml', '\'severity = "critical"\'', '"severity = \'critical\'"']],
  },
  { what: 'equal alertname instance', at: 'equal', changes: [['alertmanager.yml', 'equal: [job]', 'equal: [alertname, instance]']] },
  { what: 'equal alertname', at: 'equal', changes: [['alertmanager.yml', 'equal: [job]', 'equal: [alertname]']] },
  { what: 'equal severity', at: 'equal', changes: [['alertmanager.yml', 'equal: [job]', 'equal: [severity]']] },
  { what: 'equal missing', at: ['equal', 'source', 'inhibit'], changes: [['alertmanager.yml', '    equal: [job]\n', '']] },
  { what: 'source typo', at: 'ServiceDwn', changes: [['alertmanager.yml', 'alertname = "ServiceDown"', 'alertname = "ServiceDwn"']] },
  { what: 'webhook port', at: '9198/critical', changes: [['alertmanager.yml', ':9199/critical', ':9198/critical']] },
  { what: 'webhook path', at: '9199/crit', changes: [['alertmanager.yml', ':9199/critical', ':9199/crit']] },
  { what: 'webhook default port', at: '9198/default', changes: [['alertmanager.yml', ':9199/default', ':9198/default']] },
  { what: 'slow > 10000', at: '10000', changes: [['alert-rules.yml', '* 60 > 10\n', '* 60 > 10000\n']] },
  { what: 'max_alerts', at: 'max_alerts', changes: [['alertmanager.yml', /(url: .*9199\/critical\n)/, '$1        max_alerts: 1\n']] },
  { what: 'receiver "null" ok', at: null, changes: [['alertmanager.yml', 'receivers:\n', 'receivers:\n  - name: "null"\n']] },
  {
    what: 'reads secrets elsewhere',
    at: 'secret',
    changes: [['switch-on.sh', '/run/secrets/${channel}_url', '/run/secret/${channel}_url']],
  },
  { what: 'reads file elsewhere', at: 'url=', changes: [['switch-on.sh', '/run/secrets/${channel}_url', '/run/secrets/${channel}']] },
  {
    what: 'sed input',
    at: ['sed', 'running', 'exec'],
    changes: [['switch-on.sh', 'sed "$expressions" "$delivered" > "$running"', 'sed "$expressions" "$running" > "$delivered"']],
  },
  { what: 'discord suffix', at: ['discord', 'printf'], changes: [['switch-on.sh', 'url="${url%/slack}/slack"', 'url="$url"']] },
  { what: 'discord test', at: ['discord', 'printf'], changes: [['switch-on.sh', '[ "$channel" = discord ]', '[ "$channel" = discrod ]']] },
  { what: 'and for or', at: ['-n', 'sed', 'expressions'], changes: [['switch-on.sh', '] || continue', '] && continue']] },
  {
    what: 'sed expr broken',
    at: ['expressions'],
    changes: [['switch-on.sh', 's/^\\( *\\)#$channel# /\\1/', 's/^\\( *\\)#$channel# /\\1']],
  },
  { what: 'expressions overwritten ', at: ['expressions'], changes: [['switch-on.sh', 'expressions="$expressions;s', 'expressions="s']] },
  {
    what: 'port pattern',
    at: ['expressions', 'RECEIVER'],
    changes: [['switch-on.sh', 's#notification-sink:9199#', 's#notification-sink:9200#']],
  },
  { what: 'port var', at: ['RECEIVER'], changes: [['switch-on.sh', '${RECEIVER_PORT:-9199}', '${RCEEIVER_PORT:-9199}']] },
  { what: 'done missing', at: '', changes: [['switch-on.sh', '\ndone\n', '\n']] },
  { what: 'fi missing', at: '', changes: [['switch-on.sh', '; fi', '']] },
  { what: 'unset var', at: ['url', 'urll'], changes: [['switch-on.sh', 'printf %s "$url"', 'printf %s "$urll"']] },
  {
    what: 'printf file name',
    at: ['api_url_file', 'printf'],
    changes: [['switch-on.sh', '${channel}_url"\n  expr', '${channel}_uri"\n  expr']],
  },
  { what: 'quote', at: '', changes: [['switch-on.sh', '"$delivered" >', '"$delivered >']] },
  { what: 'umask ok', at: null, changes: [['switch-on.sh', 'umask 077', 'umask 027']] },
  { what: 'case statement ok', at: null, changes: [['switch-on.sh', 'umask 077', 'case x in x) ;; esac']] },
  {
    what: 'tmpfs gone',
    at: ['tmpfs', '/run/alertmanager', 'image: prom/alertm', 'sed'],
    changes: [['docker-compose.yaml', '    tmpfs: [/run/alertmanager]\n', '']],
  },
  {
    what: 'copy path',
    at: 'otelcol',
    changes: [
      [
        'docker-compose.yaml',
        'COPY --from=collector /otelcol-contrib /otelcol-contrib',
        'COPY --from=collector /otelcol-contrib /oetlcol-contrib',
      ],
    ],
  },
  {
    what: 'copy source',
    at: 'otelcol-contri ',
    changes: [
      [
        'docker-compose.yaml',
        'COPY --from=collector /otelcol-contrib /otelcol-contrib',
        'COPY --from=collector /otelcol-contri /otelcol-contrib',
      ],
    ],
  },
  {
    what: 'entrypoint path',
    at: 'ENTRYPOINT',
    changes: [['docker-compose.yaml', 'ENTRYPOINT ["/otelcol-contrib"]', 'ENTRYPOINT ["/otelcol"]']],
  },
  { what: 'stage name', at: 'from=', changes: [['docker-compose.yaml', 'COPY --from=collector', 'COPY --from=colector']] },
  {
    what: 'jaeger query swap',
    at: ['host-port'],
    changes: [['jaeger.yml', /(http-server:\n {4}host-port: 0.0.0.0:)16686([\s\S]*host-port: 0.0.0.0:)16685/, '$116685$216686']],
  },
  {
    what: 'loki limits swapped',
    at: 'per_stream',
    changes: [
      [
        'loki/loki.yml',
        /per_stream_rate_limit: 8MB\n {2}per_stream_rate_limit_burst: 32MB/,
        'per_stream_rate_limit: 32MB\n  per_stream_rate_limit_burst: 8MB',
      ],
    ],
  },
  {
    what: 'ingestion burst < rate',
    at: 'ingestion',
    changes: [
      ['loki/loki.yml', /ingestion_rate_mb: 16\n {2}ingestion_burst_size_mb: 32/, 'ingestion_rate_mb: 32\n  ingestion_burst_size_mb: 16'],
    ],
  },
  { what: 'grafana slack path', at: 'SLACK', changes: [['docker-compose.yaml', '9199/grafana/slack}', '9199/grafana}']] },
  { what: 'grafana critical path', at: 'CRITICAL', changes: [['docker-compose.yaml', '9199/grafana/critical}', '9199/grafana/default}']] },
  { what: 'grafana port', at: '9198', changes: [['docker-compose.yaml', 'sink:9199/grafana/critical}', 'sink:9198/grafana/critical}']] },
  {
    what: 'collector removed exporter',
    at: 'jaeger',
    changes: [
      ['otel-collector.yml', 'otlp/jaeger:', 'jaeger:'],
      ['otel-collector.yml', '[otlp/jaeger]', '[jaeger]'],
    ],
  },
  {
    what: 'collector logging exporter on 0.120',
    at: 'logging',
    changes: [
      ['docker-compose.yaml', 'contrib:0.93.0', 'contrib:0.120.0'],
      ['otel-collector.yml', 'exporters:\n', 'exporters:\n  logging:\n'],
      ['otel-collector.yml', '[otlp/jaeger]', '[otlp/jaeger, logging]'],
    ],
  },
  {
    what: 'collector logging on 0.93 ok',
    at: null,
    changes: [
      ['otel-collector.yml', '\nexporters:\n', '\nexporters:\n  logging:\n'],
      ['otel-collector.yml', '[otlp/jaeger]', '[otlp/jaeger, logging]'],
    ],
  },
  {
    what: 'extension type typo',
    at: 'helth_check',
    changes: [
      ['otel-collector.yml', 'extensions:\n  health_check:', 'extensions:\n  helth_check:'],
      ['otel-collector.yml', '[health_check]', '[helth_check]'],
    ],
  },
  {
    what: 'processor type typo',
    at: 'batchh',
    changes: [
      ['otel-collector.yml', '  batch:', '  batchh:'],
      ['otel-collector.yml', 'limiter, batch]', 'limiter, batchh]'],
    ],
  },
  {
    what: 'unused exporter invalid',
    at: 'timeouts',
    changes: [['otel-collector.yml', '\nexporters:\n', '\nexporters:\n  otlp/b: { endpoint: "b:4317", timeouts: 1s }\n']],
  },
  {
    what: 'connector',
    at: null,
    changes: [
      ['otel-collector.yml', '\nexporters:\n', '\nconnectors:\n  spanmetrics:\n\nexporters:\n'],
      ['otel-collector.yml', '[otlp/jaeger]', '[otlp/jaeger, spanmetrics]'],
      [
        'otel-collector.yml',
        '  pipelines:\n',
        '  pipelines:\n    metrics:\n      receivers: [spanmetrics]\n      exporters: [otlp/jaeger]\n',
      ],
    ],
  },
  {
    what: 'connector only one side',
    at: 'spanmetrics',
    changes: [
      ['otel-collector.yml', '\nexporters:\n', '\nconnectors:\n  spanmetrics:\n\nexporters:\n'],
      ['otel-collector.yml', '[otlp/jaeger]', '[otlp/jaeger, spanmetrics]'],
    ],
  },
  {
    what: 'metrics pipeline to a trace exporter',
    at: null,
    changes: [
      ['otel-collector.yml', '    traces:\n', '    metrics:\n      receivers: [otlp]\n      exporters: [otlp/jaeger]\n    traces:\n'],
    ],
  },
  { what: 'pipeline without receivers', at: 'traces', changes: [['otel-collector.yml', '      receivers: [otlp]\n', '']] },
  { what: 'pipeline without exporters', at: 'traces', changes: [['otel-collector.yml', '      exporters: [otlp/jaeger]\n', '']] },
  {
    what: 'processors order',
    at: ['processors', 'memory'],
    changes: [['otel-collector.yml', '[memory_limiter, batch]', '[batch, memory_limiter]']],
  },
  { what: 'env syntax', at: null, changes: [['otel-collector.yml', 'endpoint: jaeger:4317', 'endpoint: "${env:JAEGER:-jaeger}:4317"']] },
  { what: 'include compose', at: null, changes: [['docker-compose.yaml', 'name: moalog\n', 'name: moalog\ninclude: [other.yaml]\n']] },
  {
    what: 'extends unknown',
    at: 'extends',
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'extends: { service: bse }\n    image: prom/mysqld-exporter:v0.16.0'],
    ],
  },
  {
    what: 'extends ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        'image: prom/mysqld-exporter:v0.16.0',
        'extends: { service: redis-exporter }\n    image: prom/mysqld-exporter:v0.16.0',
      ],
    ],
  },
  {
    what: 'env_file missing',
    at: 'none.env',
    changes: [
      ['docker-compose.yaml', 'image: prom/mysqld-exporter:v0.16.0', 'env_file: [none.env]\n    image: prom/mysqld-exporter:v0.16.0'],
    ],
  },
  {
    what: 'env_file missing map',
    at: 'none.env',
    changes: [
      [
        'docker-compose.yaml',
        'image: prom/mysqld-exporter:v0.16.0',
        'env_file: [{ path: none.env }]\n    image: prom/mysqld-exporter:v0.16.0',
      ],
    ],
  },
  {
    what: 'env_file not required ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        'image: prom/mysqld-exporter:v0.16.0',
        'env_file: [{ path: none.env, required: false }]\n    image: prom/mysqld-exporter:v0.16.0',
      ],
    ],
  },
  {
    what: 'env list ok',
    at: null,
    changes: [
      [
        'docker-compose.yaml',
        '    environment:\n      REDIS_ADDR: redis://redis:6379\n',
        '    environment: ["REDIS_ADDR=redis://redis:6379"]\n',
      ],
    ],
  },
  {
    what: 'env list wrong',
    at: 'REDIS_ADDR',
    changes: [
      [
        'docker-compose.yaml',
        '    environment:\n      REDIS_ADDR: redis://redis:6379\n',
        '    environment: ["REDIS_ADDR=redis://localhost:6379"]\n',
      ],
    ],
  },
  {
    what: 'env list key',
    at: 'REDIS_ADR',
    changes: [
      [
        'docker-compose.yaml',
        '    environment:\n      REDIS_ADDR: redis://redis:6379\n',
        '    environment: ["REDIS_ADR=redis://redis:6379"]\n',
      ],
    ],
  },
  {
    what: 'env list colon',
    at: 'REDIS_ADDR:',
    changes: [
      [
        'docker-compose.yaml',
        '    environment:\n      REDIS_ADDR: redis://redis:6379\n',
        '    environment: ["REDIS_ADDR: redis://redis:6379"]\n',
      ],
    ],
  },
  {
    what: 'depends_on unknown',
    at: 'mysq',
    changes: [['docker-compose.yaml', 'mysql: { condition: service_healthy }', 'mysq: { condition: service_healthy }']],
  },
  {
    what: 'depends_on list unknown',
    at: 'lokii',
    changes: [['docker-compose.yaml', '    depends_on:\n      loki: { condition: service_healthy }\n', '    depends_on: [lokii]\n']],
  },
  {
    what: 'condition typo',
    at: 'service_healty',
    changes: [['docker-compose.yaml', 'loki: { condition: service_healthy }', 'loki: { condition: service_healty }']],
  },
  {
    what: 'completed of a server',
    at: 'service_completed_successfully',
    changes: [['docker-compose.yaml', 'loki: { condition: service_healthy }', 'loki: { condition: service_completed_successfully }']],
  },
  {
    what: 'healthy of an init',
    at: ['service_healthy', 'otel-agent-init'],
    changes: [
      [
        'docker-compose.yaml',
        'otel-agent-init: { condition: service_completed_successfully }',
        'otel-agent-init: { condition: service_healthy }',
      ],
    ],
  },
  {
    what: 'restart typo',
    at: 'restart',
    changes: [['docker-compose.yaml', 'image: grafana/loki:2.9.0', 'image: grafana/loki:2.9.0\n    restart: allways']],
  },
  { what: 'top-level version ok', at: null, changes: [['docker-compose.yaml', 'name: moalog\n', 'version: "3.8"\nname: moalog\n']] },
  { what: 'x- key ok', at: null, changes: [['docker-compose.yaml', 'name: moalog\n', 'x-a: 1\nname: moalog\n']] },
  { what: 'project name upper', at: 'Moalog', changes: [['docker-compose.yaml', 'name: moalog\n', 'name: Moalog\n']] },
  {
    what: 'volume top-level typo',
    at: 'prometheus_dat',
    changes: [['docker-compose.yaml', '- prometheus_data:/prometheus', '- prometheus_dat:/prometheus']],
  },
  { what: 'anchor removed', at: '', changes: [['docker-compose.yaml', '&health', '&helth']] },
  { what: 'merge of unknown', at: '', changes: [['docker-compose.yaml', '<<: *health', '<<: *helth']] },
  { what: 'image tag', at: '2.48', changes: [['docker-compose.yaml', 'prom/prometheus:v2.48.0', 'prom/prometheus:2.48.0']] },
  { what: 'image typo', at: 'prom/promethues', changes: [['docker-compose.yaml', 'prom/prometheus:v2.48.0', 'prom/promethues:v2.48.0']] },
  { what: 'image typo grafana', at: 'grafana/lokki', changes: [['docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/lokki:2.9.0']] },
  { what: 'image v', at: 'grafana/loki:v2.9.0', changes: [['docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/loki:v2.9.0']] },
  {
    what: 'promtail two clients ok',
    at: null,
    changes: [['promtail.yml', 'clients:\n', 'clients:\n  - url: http://loki:3100/loki/api/v1/push\n    external_labels: { copy: b }\n']],
  },
  { what: 'tenant', at: ['auth_enabled', 'url'], changes: [['loki/loki.yml', 'auth_enabled: false', 'auth_enabled: true']] },
  { what: 'replication', at: 'replication_factor', changes: [['loki/loki.yml', 'replication_factor: 1', 'replication_factor: 3']] },
  { what: 'ring store', at: 'store', changes: [['loki/loki.yml', 'store: inmemory', 'store: consul']] },
  { what: 'loki path elsewhere', at: ['/loki', '/data'], changes: [['loki/loki.yml', 'path_prefix: /loki', 'path_prefix: /data']] },
  {
    what: 'chunks elsewhere',
    at: 'chunks_directory',
    changes: [['loki/loki.yml', 'chunks_directory: /loki/chunks', 'chunks_directory: /data/chunks']],
  },
  {
    what: 'match action drop',
    at: 'action: drop',
    changes: [
      ['promtail.yml', 'selector: \'{service="moalog-server"}\'', 'selector: \'{service="moalog-server"}\'\n          action: drop'],
    ],
  },
  {
    what: 'selector other label',
    at: 'selector',
    changes: [['promtail.yml', '\'{service="moalog-server"}\'', '\'{services="moalog-server"}\'']],
  },
  {
    what: 'selector value',
    at: 'selector',
    changes: [['promtail.yml', '\'{service="moalog-server"}\'', '\'{service="moalog-servers"}\'']],
  },
  { what: 'datasource uid in dashboard', at: 'uid', changes: [['slo-dashboard.json', '"uid": "prometheus"', '"uid": "prom"']] },
  { what: 'derived field uid', at: 'datasourceUid', changes: [['datasources.yml', 'datasourceUid: jaeger', 'datasourceUid: jeager']] },
  { what: 'derived regex', at: 'matcherRegex', changes: [['datasources.yml', 'trace_id(?:', 'traceid(?:']] },
  { what: 'derived url', at: 'url:', changes: [['datasources.yml', "url: '$${__value.raw}'", "url: '${__value.raw}'"]] },
  { what: 'policy matchers', at: '', changes: [['notification-policies.yml', 'critical', 'critcal']] },
  {
    what: 'contact var',
    at: 'GRAFANA_CRITICAL',
    changes: [['contact-points.yml', '$GRAFANA_CRITICAL_WEBHOOK_URL', '$GRAFANA_CRITICAL_URL']],
  },
]

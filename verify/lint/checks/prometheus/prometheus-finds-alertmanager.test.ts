import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'prometheus-finds-alertmanager',
  'none, another port, another host',
  { file: 'monitoring/prometheus.yml', from: '"alertmanager:9093"', to: '"alertmanager:9094"', expected: '9093' },
  { file: 'monitoring/prometheus.yml', from: '"alertmanager:9093"', to: '"alertmanger:9093"', observed: 'alertmanger' },
  { file: 'monitoring/prometheus.yml', from: 'alerting:', to: 'x-alerting:', observed: 'none' },
)

finds(
  'prometheus-finds-alertmanager',
  'a service of another program',
  ...['jaeger:16686', 'loki:3100', 'grafana:3000', 'prometheus:9090', 'moalog-server:9093'].map((target) => ({
    file: 'monitoring/prometheus.yml',
    from: '"alertmanager:9093"',
    to: `"${target}"`,
    expected: 'an Alertmanager among the services (alertmanager)',
    observed: `${target}, which is`,
  })),
)

finds(
  'prometheus-finds-alertmanager',
  'one step of alert_relabel_configs, one finding',
  ...['{ regex: severity, action: labeldrop }', '{ source_labels: [severity], regex: critical, action: drop }'].map((step) => ({
    file: 'monitoring/prometheus.yml',
    from: 'alerting:\n',
    to: `alerting:\n  alert_relabel_configs:\n    - ${step}\n`,
    line: step,
  })),
)

import { finds } from '../../../../testing/lint/lint-files.ts'

finds('prometheus-keeps-series', 'a relabelling that drops', {
  file: 'monitoring/prometheus.yml',
  from: 'metrics_path: /metrics',
  to: 'metrics_path: /metrics\n    metric_relabel_configs: [{source_labels: [__name__], regex: axum.*, action: drop}]',
  subject: 'moalog-server',
  observed: 'drop',
})

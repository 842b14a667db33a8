import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'prometheus-finds-alertmanager',
  'none, another port, another host',
  { file: 'monitoring/prometheus.yml', from: '"alertmanager:9093"', to: '"alertmanager:9094"', expected: '9093' },
  { file: 'monitoring/prometheus.yml', from: '"alertmanager:9093"', to: '"alertmanger:9093"', observed: 'alertmanger' },
  { file: 'monitoring/prometheus.yml', from: 'alerting:', to: 'x-alerting:', observed: 'none' },
)

import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'prometheus-intervals-match',
  'global and of one job',
  { file: 'monitoring/prometheus.yml', from: 'evaluation_interval: 15s', to: 'evaluation_interval: 30s', expected: '15s', observed: '30s' },
  {
    file: 'monitoring/prometheus.yml',
    from: 'scrape_interval: 10s',
    to: 'scrape_interval: 30s',
    subject: 'moalog-server',
    expected: '10s',
  },
)

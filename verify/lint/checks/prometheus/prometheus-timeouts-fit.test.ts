import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'prometheus-timeouts-fit',
  'longer than the interval',
  { file: 'monitoring/prometheus.yml', from: 'scrape_interval: 10s', to: 'scrape_interval: 10s\n    scrape_timeout: 12s', observed: '12s' },
  { file: 'monitoring/prometheus.yml', from: 'scrape_timeout: 10s', to: 'scrape_timeout: 5s', expected: '10s' },
)

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const file = 'monitoring/prometheus.yml'
const job = (interval: string): string =>
  `scrape_configs:\n  - job_name: slow\n    scrape_interval: ${interval}\n    static_configs: [{ targets: ['x:1'] }]`

finds(
  'prometheus-scrapes-within-lookback',
  'gaps between two scrapes',
  { file, from: 'scrape_configs:', to: job('10m'), subject: 'slow', observed: '10m' },
  { file, from: 'scrape_configs:', to: job('301s'), subject: 'slow' },
  { file, from: /scrape_interval: \S+/, to: 'scrape_interval: 1h', observed: '1h' },
)
passes('prometheus-scrapes-within-lookback', 'twice within the lookback', file, 'scrape_configs:', job('2m'), {
  file,
  from: 'scrape_interval: 2m',
  to: 'scrape_interval: 15m',
})
finds('prometheus-scrapes-within-lookback', 'a lookback below the scrape interval', {
  file: 'docker-compose.yaml',
  from: '--web.enable-lifecycle]',
  to: '--web.enable-lifecycle, --query.lookback-delta=5s]',
  line: '--query.lookback-delta=5s',
})

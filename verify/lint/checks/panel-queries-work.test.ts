import { finds } from '../testing.ts'

finds('panel-queries-work', 'a metric and a syntax error',
  { file: 'slo-dashboard.json', from: 'avg(avg_over_time(up[24h]))', to: 'avg(avg_over_time(upp[24h]))', subject: 'Availability' },
  { file: 'slo-dashboard.json', from: 'avg(avg_over_time(up[24h]))', to: 'avg(avg_over_time(up[24h])', expected: 'PromQL' },
)

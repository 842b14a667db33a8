import { finds } from '../testing.ts'

finds('slo-panels-measure', 'window, objective, quantile and a missing panel',
  { file: 'slo-dashboard.json', from: 'avg(avg_over_time(up[24h]))', to: 'avg(avg_over_time(up[1h]))', subject: 'Availability', expected: '1d' },
  { file: 'slo-dashboard.json', from: '"value": 0.999', to: '"value": 0.99', observed: '0.99' },
  { file: 'slo-dashboard.json', from: '"title": "Error budget"', to: '"title": "Budget"', subject: 'Error budget' },
)

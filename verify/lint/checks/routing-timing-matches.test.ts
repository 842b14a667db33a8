import { finds } from '../testing.ts'

finds('routing-timing-matches', 'times and grouping',
  { file: 'alertmanager/alertmanager.yml', from: 'group_wait: 15s', to: 'group_wait: 30s', expected: '15s', observed: '30s' },
  { file: 'alertmanager/alertmanager.yml', from: 'group_by: [alertname, job]', to: 'group_by: [alertname]', expected: 'alertname, job' },
)

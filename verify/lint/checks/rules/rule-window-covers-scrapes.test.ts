import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'rule-window-covers-scrapes',
  'a window of two scrapes',
  {
    file: 'alert-rules.yml',
    from: 'slow_queries[5m]',
    to: 'slow_queries[30s]',
    subject: 'MySQLSlowQueries',
    observed: '30s',
    severity: 'warning',
  },
  { file: 'alert-rules.yml', from: 'slow_queries[5m]', to: 'slow_queries[15s]', severity: 'error' },
)

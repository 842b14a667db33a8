import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'group-interval-matches',
  'interval, limit and offset of a group',
  {
    file: 'alert-rules.yml',
    from: '  - name: platform-alerts\n',
    to: '  - name: platform-alerts\n    interval: 1m\n',
    expected: '15s',
    observed: '1m',
  },
  { file: 'alert-rules.yml', from: '  - name: platform-alerts\n', to: '  - name: platform-alerts\n    limit: 1\n', observed: 'limit' },
  {
    file: 'alert-rules.yml',
    from: '  - name: platform-alerts\n',
    to: '  - name: platform-alerts\n    query_offset: 1m\n',
    observed: 'query_offset',
  },
)

import { finds } from '../../../../testing/lint/lint-files.ts'

finds('rule-for-on-grid', '40s is really 45s', {
  file: 'alert-rules.yml',
  from: 'for: 30s',
  to: 'for: 40s',
  observed: 'in effect 45s',
  severity: 'note',
})

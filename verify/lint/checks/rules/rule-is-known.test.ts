import { finds } from '../../../../testing/lint/lint-files.ts'

finds('rule-is-known', 'a rule outside the specification is a note', {
  file: 'alert-rules.yml',
  from: '      - alert: ServiceDown',
  to: '      - alert: Extra\n        expr: up == 2\n      - alert: ServiceDown',
  subject: 'Extra',
  severity: 'note',
})

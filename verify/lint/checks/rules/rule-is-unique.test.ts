import { finds } from '../../../../testing/lint/lint-files.ts'

finds('rule-is-unique', 'the same alert twice', {
  file: 'alert-rules.yml',
  from: '      - alert: ServiceDown',
  to: '      - {alert: ServiceDown, expr: up == 0, for: 2m}\n      - alert: ServiceDown',
  subject: 'ServiceDown',
  observed: 'a second one',
})

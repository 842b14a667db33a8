import { finds } from '../../../../testing/lint/lint-files.ts'

finds('rule-is-known', 'a rule outside the specification is a note', {
  file: 'alert-rules.yml',
  from: '      - alert: ServiceDown',
  to: '      - alert: Extra\n        expr: up == 2\n      - alert: ServiceDown',
  subject: 'Extra',
  severity: 'note',
})

finds('rule-is-known', 'many of one file are one note', {
  file: 'alert-rules.yml',
  from: /\s*$/,
  to: `\n  - name: many\n    rules:\n${Array.from({ length: 120 }, (_, index) => `      - { alert: Many${index}, expr: redis_up == 0, for: ${index + 1}m }`).join('\n')}\n`,
  subject: 'Many0 and 119 more rules',
  observed: 'Many0, Many1',
  severity: 'note',
})

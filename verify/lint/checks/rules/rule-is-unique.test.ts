import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds('rule-is-unique', 'the same alert twice', {
  file: 'alert-rules.yml',
  from: '      - alert: ServiceDown',
  to: '      - {alert: ServiceDown, expr: up == 0, for: 2m}\n      - alert: ServiceDown',
  subject: 'ServiceDown',
  observed: 'a second one',
})

const step = (labels: string, holds: string): string =>
  `      - { alert: ServiceDown, expr: up == 0, for: ${holds}, labels: { ${labels} } }\n      - alert: ServiceDown`
for (const [story, labels, holds] of [
  ['`for`', 'severity: critical', '6h'],
  ['label', 'severity: page', '1m'],
] as const)
  finds('rule-is-unique', `the same alert twice, with another ${story} alone`, {
    file: 'alert-rules.yml',
    from: '      - alert: ServiceDown',
    to: step(labels, holds),
    observed: 'a second one',
  })
passes('rule-is-unique', 'a ladder by time', 'alert-rules.yml', '      - alert: ServiceDown', step('severity: page', '6h'))

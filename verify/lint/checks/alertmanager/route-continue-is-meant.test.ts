import { finds } from '../../../../testing/lint/lint-files.ts'

finds('route-continue-is-meant', 'a second notification', {
  file: 'alertmanager/alertmanager.yml',
  from: '    - receiver: critical\n',
  to: '    - receiver: critical\n      continue: true\n',
  subject: 'critical',
})

finds('route-continue-is-meant', 'of alerts that nobody specified it is a note', {
  file: 'alertmanager/alertmanager.yml',
  from: /- receiver: critical\n(\s+)matchers/,
  to: `- receiver: default\n      matchers: ['team = "db"']\n      continue: true\n    $&`,
  severity: 'note',
  observed: 'continue: true',
})

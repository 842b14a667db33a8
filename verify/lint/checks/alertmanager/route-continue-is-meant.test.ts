import { finds } from '../../../../testing/lint-files.ts'

finds('route-continue-is-meant', 'a second notification', {
  file: 'alertmanager/alertmanager.yml',
  from: '    - receiver: critical\n',
  to: '    - receiver: critical\n      continue: true\n',
  subject: 'critical',
})

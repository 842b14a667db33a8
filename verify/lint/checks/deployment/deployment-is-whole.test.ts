import { finds } from '../../../../testing/lint/lint-files.ts'

finds('deployment-is-whole', 'a part that is gone', {
  file: 'alertmanager/alertmanager.yml',
  from: /[^]*/,
  to: '',
  subject: 'Alertmanager',
})

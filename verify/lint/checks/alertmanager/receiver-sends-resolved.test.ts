import { finds } from '../../../../testing/lint/lint-files.ts'

finds('receiver-sends-resolved', 'switched off', {
  file: 'alertmanager/alertmanager.yml',
  from: '/critical\n        send_resolved: true',
  to: '/critical\n        send_resolved: false',
  subject: 'critical',
  observed: 'false',
})

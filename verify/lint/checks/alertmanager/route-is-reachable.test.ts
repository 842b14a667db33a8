import { finds } from '../../../../testing/lint/lint-files.ts'

finds('route-is-reachable', 'below a route that takes everything', {
  file: 'alertmanager/alertmanager.yml',
  from: '    - receiver: critical\n',
  to: '    - receiver: default\n    - receiver: critical\n',
  subject: 'critical',
  observed: 'matches the same',
})

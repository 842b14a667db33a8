import { finds } from '../testing.ts'

finds('contact-points-exist', 'missing, or silent about the end',
  { file: 'contact-points.yml', from: 'name: critical', to: 'name: pager', subject: 'critical' },
  { file: 'contact-points.yml', from: 'disableResolveMessage: false', to: 'disableResolveMessage: true', subject: 'default' },
)

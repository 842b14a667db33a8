import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'receiver-notifies',
  'an empty receiver and a shared address',
  {
    file: 'alertmanager/alertmanager.yml',
    from: '  - name: critical\n    webhook_configs:',
    to: '  - name: critical\n    x_configs:',
    subject: 'critical',
  },
  { file: 'alertmanager/alertmanager.yml', from: '/critical\n', to: '/default\n', observed: 'default' },
)

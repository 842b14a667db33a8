import { finds } from '../../../../testing/lint/lint-files.ts'

finds(
  'routing-is-read',
  'a receiver that does not exist, a matcher that is none',
  { file: 'alertmanager/alertmanager.yml', from: '    - receiver: critical\n', to: '    - receiver: pager\n', observed: 'pager' },
  { file: 'alertmanager/alertmanager.yml', from: 'severity = "critical"\'', to: "severity critical'", observed: 'severity critical' },
  {
    file: 'alertmanager/alertmanager.yml',
    from: '    - receiver: critical\n',
    to: '    - receiver: null\n',
    observed: 'null',
    message: 'go to default',
  },
  { file: 'alertmanager/alertmanager.yml', from: '    - receiver: critical\n', to: '    - receiver: ~\n', observed: 'null' },
  { file: 'alertmanager/alertmanager.yml', from: '- name: critical', to: '- name: null', observed: 'name: null' },
)

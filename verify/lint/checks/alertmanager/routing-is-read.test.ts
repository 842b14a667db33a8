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

finds(
  'routing-is-read',
  'what Alertmanager refuses of groups and of the root route',
  { file: 'alertmanager.yml', from: 'group_by: [alertname, job]', to: "group_by: ['...', alertname]", expected: 'alone' },
  { file: 'alertmanager.yml', from: 'group_by: [alertname, job]', to: 'group_by: [alertname, alertname]', expected: 'alertname once' },
  { file: 'alertmanager.yml', from: /routes:\n {4}- receiver/, to: 'routes:\n      receiver', subject: 'routes', observed: 'a mapping' },
  { file: 'alertmanager.yml', from: /inhibit_rules:\n {2}- source/, to: 'inhibit_rules:\n    source', subject: 'inhibit_rules' },
  { file: 'alertmanager.yml', from: '  group_by: [', to: '  continue: true\n  group_by: [', observed: 'continue on the root route' },
)

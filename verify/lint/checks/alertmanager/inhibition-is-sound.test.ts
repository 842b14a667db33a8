import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'inhibition-is-sound',
  'equal on a label that differs between every source and target',
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'equal: [job]',
    to: 'equal: [alertname, instance]',
    message: 'never matches: alertname',
    observed: 'ServiceDown',
  },
  { file: 'alertmanager/alertmanager.yml', from: 'equal: [job]', to: 'equal: [alertname]', message: 'never matches' },
  { file: 'alertmanager/alertmanager.yml', from: 'equal: [job]', to: 'equal: [job, severity]', message: 'never matches: severity' },
)
finds('inhibition-is-sound', 'equal on a label that no alert has', {
  file: 'alertmanager/alertmanager.yml',
  from: 'equal: [job]',
  to: 'equal: [namespace]',
  observed: 'namespace',
})
finds(
  'inhibition-is-sound',
  'one cause, one finding',
  { file: 'alertmanager/alertmanager.yml', from: 'equal: [job]', to: 'equal: [jobb]', observed: 'did you mean job', line: 'jobb' },
  { file: 'alertmanager/alertmanager.yml', from: 'equal: [job]', to: 'equal: []', observed: 'no equal', line: 'equal: []' },
  { file: 'alertmanager/alertmanager.yml', from: '    equal: [job]\n', to: '', observed: 'no equal', line: 'source_matchers' },
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'equal: [job]',
    to: 'equal: [severity]',
    message: 'never matches: severity',
    line: 'equal',
  },
)
finds('inhibition-is-sound', 'by severity alone it is a precaution: a note', {
  file: 'alertmanager/alertmanager.yml',
  from: `['alertname = "ServiceDown"', 'severity = "critical"']\n    target_matchers: ['severity =~ "warning|info"']\n    equal: [job]`,
  to: `['severity = "critical"']\n    target_matchers: ['severity =~ "warning|info"']\n    equal: [namespace, alertname]`,
  severity: 'note',
  message: 'never matches: alertname',
})
passes(
  'inhibition-is-sound',
  'labels that Prometheus adds outside',
  'prometheus.yml',
  'global:\n',
  'global:\n  external_labels: { namespace: shop }\n',
  { file: 'alertmanager/alertmanager.yml', from: 'equal: [job]', to: 'equal: [namespaces]', observed: 'did you mean namespace' },
)

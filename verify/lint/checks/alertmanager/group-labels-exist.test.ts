import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const [file, from] = ['alertmanager.yml', 'group_by: [alertname, job]']

finds(
  'group-labels-exist',
  'a label that no alert has',
  { file, from, to: 'group_by: [alert, job]', expected: 'alertname', line: '[alert, job]' },
  { file, from, to: 'group_by:\n    - alertName\n    - job', expected: 'alertname', line: '- alertName' },
  { file, from, to: 'group_by: [alertname, jbo]', expected: 'job', observed: 'jbo' },
  { file, from: '    - receiver: critical\n', to: '    - receiver: critical\n      group_by: [severty]\n', expected: 'severity' },
  { file, from, to: 'group_by: ["alertname, job"]', observed: 'one label "alertname, job"', line: 'alertname, job' },
)
for (const labels of ["['...']", '[alertname, cluster, service]', '[alertname, team]', '[]'])
  passes('group-labels-exist', labels, file, from, `group_by: ${labels}`)

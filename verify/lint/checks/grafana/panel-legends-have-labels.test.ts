import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'slo-dashboard.json'
const from = '"legendFormat": "{{job}}"'
const severity = 'warning' as const

finds(
  'panel-legends-have-labels',
  'a label that the query sums up',
  { file: D, from, to: '"legendFormat": "{{instance}}"', expected: 'job', observed: '{{instance}}', severity },
  { file: D, from, to: '"legendFormat": "{{job}} at {{ instance }}"', observed: '{{instance}}', severity },
  { file: D, from, to: '"legendFormat": "{{jobs}}"', observed: 'did you mean job?', severity },
)
for (const [story, to] of [
  ['a text', '"legendFormat": "all"'],
  ['a label that is kept, with spaces', '"legendFormat": "{{ job }}"'],
  ['what Grafana chooses', '"legendFormat": "__auto"'],
] as const)
  passes('panel-legends-have-labels', story, D, from, to)

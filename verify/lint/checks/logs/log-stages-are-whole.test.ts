import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const P = 'promtail.yml'
const id = 'log-stages-are-whole'
finds(
  id,
  'what a stage needs',
  { file: P, from: /firstline: .*\n\s*/, to: '', expected: 'multiline: firstline' },
  { file: P, from: 'format: RFC3339Nano', to: 'fromat: RFC3339Nano', expected: 'timestamp: format' },
  { file: P, from: 'selector: \'{service="moalog-server"}\'', to: 'pipeline_name: a', expected: 'match: selector' },
  { file: P, from: '(?P<trace_id>[0-9a-f]{32})', to: '(?P<trace_id>[0-9a-f]{32}', expected: 'RE2' },
  { file: P, from: /regex: \/\(\.\*\)/, to: 'regex: /(.*', expected: 'RE2' },
  { file: P, from: 'max_wait_time: 500ms', to: 'max_wait_time: 500', expected: 'a duration' },
)
finds(
  id,
  'filters and targets',
  { file: P, from: 'name: label', to: 'name: labels', expected: 'label', observed: 'did you mean' },
  { file: P, from: /values: \["com.docker.*"\]/, to: 'values: []', expected: 'values' },
  { file: P, from: 'target_label: container', to: 'target_lable: container', expected: 'target_label' },
)
passes(id, 'a stage that is not known', P, 'pipeline_stages:', 'pipeline_stages:\n      - decolorize: {}')
passes(id, 'a labeldrop without a target', P, 'relabel_configs:', 'relabel_configs:\n      - { action: labeldrop, regex: tmp_.* }')

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'label-names-are-valid'
const [P, T] = ['monitoring/prometheus.yml', 'promtail.yml']

finds(
  ID,
  'dashes, dots and a digit in front',
  { file: P, from: 'global:', to: 'global:\n  external_labels: { data-center: a }', expected: 'data_center' },
  { file: P, from: '- targets: ["localhost:9090"]', to: '- targets: ["localhost:9090"]\n        labels: { 2nd: a }', expected: '_2nd' },
  { file: T, from: 'target_label: logstream', to: 'target_label: log.stream', expected: 'log_stream' },
)
passes(ID, 'a name out of a match', T, 'target_label: logstream', 'target_label: logstream_$1')

finds('label-names-are-valid', 'labels of a rule', {
  file: 'alert-rules.yml',
  from: '          severity: critical\n',
  to: '          severity: critical\n          team-name: a\n',
  observed: 'team-name',
})

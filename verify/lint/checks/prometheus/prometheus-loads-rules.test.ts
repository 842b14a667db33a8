import { finds } from '../../../../testing/lint-files.ts'

finds('prometheus-loads-rules', 'a pattern that reaches nothing', {
  file: 'monitoring/prometheus.yml',
  from: '- alert-rules.yml',
  to: '- rules/*.yaml',
  expected: 'alert-rules.yml',
})

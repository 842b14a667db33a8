import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds('prometheus-loads-rules', 'a pattern that reaches nothing', {
  file: 'monitoring/prometheus.yml',
  from: '- alert-rules.yml',
  to: '- rules/*.yaml',
  expected: 'alert-rules.yml',
})

const [D, P] = ['docker-compose.yaml', 'monitoring/prometheus.yml']
const MOUNT = './monitoring/alert-rules.yml:/etc/prometheus/alert-rules.yml:ro'

finds(
  'prometheus-loads-rules',
  'whole paths, as the container sees them',
  {
    file: D,
    from: ':/etc/prometheus/alert-rules.yml',
    to: ':/etc/prometheus/rules/alert-rules.yml',
    line: '/etc/prometheus/rules/alert-rules.yml',
  },
  { file: P, from: '  - alert-rules.yml', to: '  - /etc/prometheus/rules/*.yml', line: '/etc/prometheus/rules/*.yml' },
  { file: P, from: '  - alert-rules.yml', to: '  - rules/alert-rules.yml', line: 'rules/alert-rules.yml' },
  { file: P, from: '  - alert-rules.yml', to: '  - "*.yaml"', line: '*.yaml' },
  {
    file: D,
    from: ':/etc/prometheus/alert-rules.yml',
    to: ':/etc/prometheus/rules.yml',
    line: ':/etc/prometheus/rules.yml',
    expected: '/etc/prometheus/rules.yml',
  },
)
passes('prometheus-loads-rules', 'the whole path', P, '  - alert-rules.yml', '  - /etc/prometheus/*-rules.yml')
passes('prometheus-loads-rules', 'the whole folder is mounted', D, MOUNT, './monitoring:/etc/prometheus:ro')

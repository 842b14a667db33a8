import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const ID = 'keys-fit-version'
const [C, R] = ['docker-compose.yaml', 'alert-rules.yml']

finds(ID, 'matchers for an Alertmanager before 0.22', {
  file: C,
  from: 'prom/alertmanager:v0.27.0',
  to: 'prom/alertmanager:v0.21.0',
  subject: 'matchers',
  expected: 'Alertmanager 0.22',
  observed: '0.21',
})
passes(ID, 'an Alertmanager that has them', C, 'prom/alertmanager:v0.27.0', 'prom/alertmanager:v0.22.2', {
  file: C,
  from: 'prom/alertmanager:v0.22.2',
  to: 'prom/alertmanager:v0.20.0',
})
passes(ID, 'keep_firing_for and a Prometheus that has it', R, 'for: 30s\n', 'for: 30s\n        keep_firing_for: 5m\n', {
  file: C,
  from: 'prom/prometheus:v2.48.0',
  to: 'prom/prometheus:v2.40.7',
  subject: 'keep_firing_for',
})
passes(ID, 'a version that says nothing', C, 'prom/prometheus:v2.48.0', 'prom/prometheus:latest')

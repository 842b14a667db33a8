import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

finds(
  'secrets-are-given',
  'a secret that is used and not given',
  {
    file: D,
    from: '    secrets: [actuator_password]\n',
    to: '',
    line: 'prometheus:',
    expected: 'actuator_password',
    observed: 'no secrets',
  },
  {
    file: D,
    from: '    secrets: [actuator_password]\n',
    to: '    secrets: [slack_url]\n',
    line: '[slack_url]',
    expected: 'actuator_password',
  },
  { file: D, from: 'secrets: [slack_url, discord_url]', to: 'secrets: [slack_url]', line: '[slack_url]', expected: 'discord_url' },
  {
    file: D,
    from: 'secrets: [actuator_password]',
    to: 'secrets: [{ source: actuator_password, target: password }]',
    line: 'target: password',
    expected: 'actuator_password',
  },
  {
    file: 'monitoring/prometheus.yml',
    from: '/run/secrets/actuator_password',
    to: '/run/secrets/actuator_pasword',
    subject: 'prometheus',
    expected: 'actuator_pasword',
  },
  {
    file: D,
    from: '    image: grafana/grafana:10.2.0\n    environment:\n',
    to: '    image: grafana/grafana:10.2.0\n    environment:\n      GF_DATABASE_PASSWORD__FILE: /run/secrets/db\n',
    line: 'grafana:',
    expected: 'db',
  },
)
passes(
  'secrets-are-given',
  'the long form',
  D,
  'secrets: [actuator_password]',
  'secrets: [{ source: slack_url, target: actuator_password }]',
)

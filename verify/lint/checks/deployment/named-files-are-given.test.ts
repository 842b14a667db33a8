import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'named-files-are-given'
finds(
  id,
  'a password file, a URL file',
  {
    file: 'prometheus.yml',
    from: '/run/secrets/actuator_password',
    to: '/run/actuator_password',
    subject: 'prometheus',
    observed: '/run/actuator_password',
  },
  {
    file: 'prometheus.yml',
    from: '/run/secrets/actuator_password',
    to: 'actuator_password',
    observed: '/etc/prometheus/actuator_password',
  },
  {
    file: 'alertmanager.yml',
    from: '/run/alertmanager/slack_url',
    to: '/run/alertmanager/slack',
    subject: 'alertmanager',
    expected: '/run/alertmanager/slack_url',
  },
  {
    file: 'alertmanager.yml',
    from: '/run/alertmanager/discord_url',
    to: '/run/alertmanager',
    subject: 'alertmanager',
    expected: 'a file below',
  },
  { file: 'docker-compose.yaml', from: 'tmpfs: [/run/alertmanager]', to: 'tmpfs: [/run/am]', subject: 'alertmanager' },
)
passes(id, 'a file in a mounted folder', 'prometheus.yml', '/run/secrets/actuator_password', '/prometheus/password')
passes(id, 'a log that is written', 'prometheus.yml', 'global:', 'global:\n  query_log_file: /var/log/queries.log')

finds(id, 'beside what the start script writes', {
  file: 'alertmanager.yml',
  from: '/run/alertmanager/slack_url',
  to: '/alertmanager/slack_url',
  expected: '/run/alertmanager/slack_url',
})

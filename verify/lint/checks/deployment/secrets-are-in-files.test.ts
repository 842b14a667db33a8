import { finds, passes } from '../../../../testing/lint/lint-files.ts'

finds(
  'secrets-are-in-files',
  'a password, a chat address',
  {
    file: 'monitoring/prometheus.yml',
    from: 'password_file: /run/secrets/actuator_password',
    to: 'password: admin',
    observed: 'not shown',
  },
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'api_url_file: /run/alertmanager/slack_url',
    to: 'api_url: https://hooks.slack.com/services/T/B/x',
    expected: '_file',
  },
  {
    file: 'alertmanager/alertmanager.yml',
    from: 'api_url_file: /run/alertmanager/slack_url',
    to: 'api_url: https://hooks.slack.com/services/change/me/please',
    observed: 'change/me/please',
    severity: 'warning',
  },
  {
    file: 'monitoring/prometheus.yml',
    from: 'password_file: /run/secrets/actuator_password',
    to: 'password: your-password-here',
    observed: 'your-password-here',
    severity: 'warning',
  },
  ...['yourpassword', 'PASSWORD_TO_REPLACE', 'ACTUATOR_PASSWORD'].map((observed) => ({
    file: 'monitoring/prometheus.yml',
    from: 'password_file: /run/secrets/actuator_password',
    to: `password: ${observed}`,
    observed,
    severity: 'warning' as const,
  })),
)

passes(
  'secrets-are-in-files',
  "a team's name at VictorOps",
  'alertmanager/alertmanager.yml',
  'receivers:\n',
  'receivers:\n  - name: extra\n    victorops_configs: [{ api_key_file: /run/alertmanager/slack_url, routing_key: database }]\n',
)

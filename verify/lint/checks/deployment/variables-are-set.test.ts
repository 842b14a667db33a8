import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

finds(
  'variables-are-set',
  'a name that .env.example does not have',
  { file: D, from: '${GRAFANA_ADMIN_PASSWORD:?', to: '${GRAFANA_PASSWORD:?', line: '${GRAFANA_PASSWORD', severity: 'warning' },
  {
    file: D,
    from: '${POSTGRES_PASSWORD:?',
    to: '${POSTGRES_PASWORD:?',
    line: 'POSTGRES_PASWORD',
    severity: 'warning',
    observed: 'did you mean POSTGRES_PASSWORD',
  },
  { file: D, from: 'MYSQL_USER: moalog', to: 'MYSQL_USER: ${MYSQL_USER}', line: '${MYSQL_USER}', severity: 'warning' },
  { file: D, from: '${ACTUATOR_PASSWORD:?', to: '${ACTUATOR_PASS?', line: 'ACTUATOR_PASS', severity: 'warning' },
)
passes(
  'variables-are-set',
  'a default, and a dollar of the shell',
  D,
  'MYSQL_USER: moalog',
  'MYSQL_USER: ${MYSQL_USER:-moalog}\n      PS1: "$$$${HOME}"',
)

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'defaults-agree'
const severity = 'warning' as const
finds(
  id,
  'another default, another name',
  {
    file: D,
    from: '${LOKI_PORT:-3100}',
    to: '${LOKI_PORT:-3101}',
    subject: 'LOKI_PORT',
    expected: 'LOKI_PORT=3100',
    observed: '3101',
    severity,
  },
  { file: D, from: '${GRAFANA_PORT:-3001}', to: '${GRAFNAA_PORT:-3001}', subject: 'GRAFNAA_PORT', expected: 'GRAFANA_PORT', severity },
  {
    file: D,
    from: '${BIND_ADDRESS:-127.0.0.1}:${JAEGER_PORT',
    to: '${BIND_ADDRESS:-0.0.0.0}:${JAEGER_PORT',
    subject: 'BIND_ADDRESS',
    severity,
  },
)
passes(id, 'a variable that .env.example does not have', D, '${LOKI_PORT:-3100}', '${LOGS_PORT:-3100}')
passes(
  id,
  'an empty one is for the reader to set',
  D,
  '${SLACK_WEBHOOK_URL_FILE:-./monitoring/alertmanager/no-url}',
  '${SLACK_WEBHOOK_URL_FILE:-./monitoring/alertmanager/none}',
)

finds('defaults-agree', 'a name that lacks its last letter', {
  file: 'docker-compose.yaml',
  from: '${BIND_ADDRESS:-127.0.0.1}',
  to: '${BIND_ADDRES:-127.0.0.1}',
  severity: 'warning',
  expected: 'BIND_ADDRESS',
})

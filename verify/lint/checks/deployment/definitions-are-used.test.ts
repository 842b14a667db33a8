import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const D = 'docker-compose.yaml'

const id = 'definitions-are-used'
const severity = 'warning' as const
finds(
  id,
  'a volume, secret or config that no service has',
  { file: D, from: '      - prometheus_data:/prometheus\n', to: '', subject: 'prometheus_data', severity },
  { file: D, from: 'secrets:\n  actuator', to: 'secrets:\n  other: { environment: OTHER }\n  actuator', subject: 'other', severity },
  { file: D, from: 'loki_data:/loki', to: './data:/loki', subject: 'loki_data', severity },
  {
    file: D,
    from: '    configs: [{ source: toxiproxy_proxies, target: /etc/toxiproxy/proxies.json }]\n',
    to: '',
    subject: 'toxiproxy_proxies',
    severity,
  },
)
passes(id, 'mounted in the long form', D, 'loki_data:/loki', 'loki_data:/loki/chunks')
passes(id, 'by the name of its variable', D, '      - loki_data:/loki', '      - ${LOKI_VOLUME:-loki_data}:/loki')

import { extraRule, finds, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'rule-keeps-its-name'
const severity = 'warning' as const

finds(
  id,
  'a label alertname',
  { ...extraRule('redis_connected_clients > 100', 'labels: { severity: warning, alertname: RedisBusy }'), severity, observed: 'RedisBusy' },
  {
    file: 'alert-rules.yml',
    from: '  - name: platform-alerts\n',
    to: '  - name: platform-alerts\n    labels: { alertname: Platform }\n',
    subject: 'ServiceDown',
    severity,
  },
)

const { file, from, to } = extraRule('redis_connected_clients > 100', 'labels: { alertname: Extra }')
passes(id, 'its own name', file, from, to, { ...extraRule('redis_connected_clients > 100', 'labels: { alertname: Other }'), severity })

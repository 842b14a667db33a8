import { finds } from '../../../../testing/lint/lint-files.ts'

const second = (targets: string): string => `
  alertmanager-b:
    image: prom/alertmanager:v0.27.0
    configs: [{ source: second, target: /etc/alertmanager/alertmanager.yml }]
  asked:
    image: example/asked:1
    environment: { URL: "${targets}" }

configs:
  second:
    content: |
      route:
        receiver: team-b
        group_by: [alertname, job]
        group_wait: 15s
        group_interval: 1m
        repeat_interval: 4h
      receivers:
        - name: team-b
`

finds('alertmanagers-have-a-sender', 'a second Alertmanager that no Prometheus names', {
  file: 'docker-compose.yaml',
  from: '\nconfigs:\n',
  to: second('http://nothing'),
  subject: 'alertmanager-b',
  observed: 'alerts are sent to monitoring/alertmanager/alertmanager.yml alone',
  severity: 'warning',
})

import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const C = 'contact-points.yml'
const SLACK = '        type: slack\n        settings:\n          url: $GRAFANA_SLACK_WEBHOOK_URL\n'

finds(
  'contact-points-exist',
  'missing, or silent about the end',
  { file: C, from: 'name: critical', to: 'name: pager', subject: 'critical' },
  { file: C, from: 'disableResolveMessage: false', to: 'disableResolveMessage: true', subject: 'default' },
)

finds(
  'contact-points-exist',
  'what Grafana refuses at its start, or reads as nothing',
  {
    file: C,
    from: 'uid: critical-webhook',
    to: 'uid: default-webhook',
    subject: 'critical',
    observed: 'default-webhook, also the uid of default',
  },
  { file: C, from: '      - uid: critical-webhook\n        type', to: '      - type', subject: 'critical', expected: 'a uid' },
  { file: C, from: 'type: slack', to: 'type: slak', subject: 'slack', observed: 'slak; did you mean slack' },
  { file: C, from: 'type: slack', to: 'type: constructor', subject: 'slack', observed: 'constructor' },
  { file: C, from: SLACK, to: SLACK.replace('url:', 'webhook:'), subject: 'slack', expected: 'url or token in settings' },
  { file: C, from: SLACK, to: SLACK.replace('url: $GRAFANA_SLACK_WEBHOOK_URL', 'token: $TOKEN'), subject: 'slack', expected: 'recipient' },
  {
    file: C,
    from: SLACK,
    to: '        type: slack\n        secureSettings:\n          url: $URL\n',
    subject: 'slack',
    expected: 'settings with a URL',
  },
  { file: C, from: 'url: $GRAFANA_DISCORD_WEBHOOK_URL', to: 'url: ""', subject: 'discord', expected: 'url in settings' },
  { file: C, from: 'apiVersion: 1', to: '# none', subject: 'apiVersion', severity: 'warning' },
)

passes(
  'contact-points-exist',
  'Slack by a token',
  C,
  SLACK,
  SLACK.replace('url: $GRAFANA_SLACK_WEBHOOK_URL', 'token: $TOKEN\n          recipient: "#alerts"'),
)
passes(
  'contact-points-exist',
  'several receivers in one contact point',
  C,
  '      - uid: critical-webhook\n',
  '      - uid: critical-mail\n        type: email\n        settings: { addresses: ops@example.org }\n      - uid: critical-pager\n        type: pagerduty\n        settings: { integrationKey: $KEY }\n      - uid: critical-webhook\n',
)
passes(
  'contact-points-exist',
  'one contact point in two entries',
  C,
  '  - orgId: 1\n    name: slack\n',
  '  - orgId: 1\n    name: critical\n    receivers:\n      - uid: critical-mail\n        type: email\n        settings: { addresses: ops@example.org }\n  - orgId: 1\n    name: slack\n',
)
passes('contact-points-exist', 'no organisation said', C, '  - orgId: 1\n    name: slack', '  - name: slack')

finds(
  'contact-points-exist',
  'a variable that Grafana does not have, or that holds no URL',
  {
    file: 'contact-points.yml',
    from: '$GRAFANA_DEFAULT_WEBHOOK_URL',
    to: '$GRAFANA_DEFAULT_WBEHOOK_URL',
    subject: 'default',
    observed: 'did you mean',
  },
  { file: 'docker-compose.yaml', from: / {6}GRAFANA_SLACK_WEBHOOK_URL: .*\n/, to: '', subject: 'slack', observed: 'not set' },
  {
    file: 'docker-compose.yaml',
    from: /GRAFANA_CRITICAL_WEBHOOK_URL: .*\n/,
    to: 'GRAFANA_CRITICAL_WEBHOOK_URL: 500ms\n',
    subject: 'critical',
    expected: 'an http(s) URL',
  },
)

finds(
  'contact-points-exist',
  'a uid that Grafana does not take',
  ...['default.webhook', 'default webhook', 'd'.repeat(41)].map((uid) => ({
    file: 'contact-points.yml',
    from: 'uid: default-webhook',
    to: `uid: ${uid}`,
    line: 'uid: d',
    expected: 'at most 40 letters',
  })),
)

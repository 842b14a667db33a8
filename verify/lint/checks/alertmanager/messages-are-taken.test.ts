import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const id = 'messages-are-taken'
const SECRET = '/run/alertmanager/slack_url'
const A = 'alertmanager.yml'
const extra = (kind: string, ...keys: string[]): { file: string; from: string; to: string; subject: string } => ({
  file: A,
  from: 'receivers:\n',
  to: `receivers:\n  - name: extra\n    ${kind}_configs:\n      - ${keys.join('\n        ')}\n`,
  subject: 'extra',
})
const MAIL = ['smarthost: mail.example.org:587', 'from: a@example.org'] as const
const global = (line: string): { file: string; from: string; to: string } => ({
  file: A,
  from: 'resolve_timeout: 5m\n',
  to: `resolve_timeout: 5m\n  ${line}\n`,
})

finds(
  id,
  'a word that the service refuses',
  { ...extra('opsgenie', `api_key_file: ${SECRET}`, 'priority: High'), expected: 'P1', line: 'priority: High' },
  { ...extra('pagerduty', `routing_key_file: ${SECRET}`, 'severity: sev1'), expected: 'critical, error', line: 'severity: sev1' },
  { ...extra('victorops', `api_key_file: ${SECRET}`, 'routing_key: a', 'message_type: PAGE'), line: 'message_type' },
)
finds(
  id,
  'an address that is none',
  { ...extra('email', 'to: ops', ...MAIL), observed: 'ops', line: 'to: ops' },
  { ...extra('email', 'to: a@example.org; b@example.org', ...MAIL), expected: 'commas' },
  { ...extra('email', 'to: a@example.org b@example.org', ...MAIL), expected: 'commas' },
  { ...extra('email', 'to: a@example.org', 'smarthost: mail.example.org:587', 'from: alertmanager'), line: 'from: alertmanager' },
  { ...global('smtp_from: alertmanager'), subject: 'global' },
)
finds(
  id,
  'what begins with # is a comment',
  { ...extra('slack', `api_url_file: ${SECRET}`, 'channel: #alerts'), expected: "channel: '#alerts'", line: 'channel: #alerts' },
  { ...extra('slack', `api_url_file: ${SECRET}`, 'color: #ff0000'), expected: 'in quotes' },
  { ...global('smtp_auth_identity: #me'), subject: 'global' },
)
finds(
  id,
  'an incident that stays open, a password without a user',
  { ...extra('pagerduty', `routing_key_file: ${SECRET}`, 'send_resolved: false'), severity: 'warning', line: 'send_resolved' },
  { ...extra('opsgenie', `api_key_file: ${SECRET}`, 'send_resolved: false'), severity: 'warning' },
  { ...extra('email', 'to: a@example.org', ...MAIL, `auth_password_file: ${SECRET}`), severity: 'warning', expected: 'auth_username' },
  { ...global(`smtp_auth_password_file: ${SECRET}`), severity: 'warning', expected: 'smtp_auth_username' },
)
for (const [kind, ...keys] of [
  ['opsgenie', `api_key_file: ${SECRET}`, 'priority: P2'],
  ['opsgenie', `api_key_file: ${SECRET}`, "priority: '{{ .CommonLabels.priority }}'"],
  ['pagerduty', `routing_key_file: ${SECRET}`, 'severity: warning', 'send_resolved: true'],
  ['email', 'to: "Ops <ops@example.org>, b@example.org"', ...MAIL, 'auth_username: a', `auth_password_file: ${SECRET}`],
  ['email', 'to: $OPS', ...MAIL],
  ['slack', `api_url_file: ${SECRET}`, "channel: '#alerts' # the channel"],
  ['slack', `api_url_file: ${SECRET}`, 'channel: # the usual one'],
] as const) {
  const { file, from, to } = extra(kind, ...keys)
  passes(id, `${kind} with ${keys.join(', ')}`, file, from, to)
}

test("a rule's severity that PagerDuty does not know", async () => {
  const { texts } = await deployment()
  const { file, from, to } = extra('pagerduty', `routing_key_file: ${SECRET}`, "severity: '{{ .CommonLabels.severity }}'")
  const passing = change(texts, file, from, to)
  assert.deepEqual((await lintOf(passing, id)).findings, [])
  const paging = change(passing, 'alert-rules.yml', 'severity: warning', 'severity: page')
  assert.match((await lintOf(paging, id)).findings[0]?.observed ?? '', /severity page/)
})

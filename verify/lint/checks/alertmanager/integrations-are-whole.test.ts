import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const A = 'alertmanager/alertmanager.yml'
const extra = (kind: string, keys: string): { file: string; from: string; to: string } => ({
  file: A,
  from: 'receivers:\n',
  to: `receivers:\n  - name: extra\n    ${kind}_configs: [{ ${keys} }]\n`,
})

finds(
  'integrations-are-whole',
  'a key that Alertmanager asks for',
  {
    ...extra('email', 'to: a@example.org, from: b@example.org'),
    expected: 'smarthost, or smtp_smarthost under global',
    line: 'email_configs',
  },
  { ...extra('email', 'smarthost: "mail.example.org:25", from: b@example.org'), expected: 'to', line: 'email_configs' },
  { ...extra('email', 'to: a@example.org, from: b@example.org, smarthost: mail.example.org'), expected: 'host:port' },
  { ...extra('pagerduty', 'send_resolved: true'), expected: 'routing_key or service_key', line: 'pagerduty_configs' },
  { ...extra('opsgenie', 'send_resolved: true'), expected: 'api_key', line: 'opsgenie_configs' },
  { ...extra('pushover', 'user_key_file: /run/secrets/user'), expected: 'token' },
  { ...extra('telegram', 'bot_token_file: /run/secrets/token'), expected: 'chat_id' },
  { ...extra('victorops', 'api_key_file: /run/secrets/key'), expected: 'routing_key' },
  { ...extra('sns', 'message: x'), expected: 'topic_arn', line: 'sns_configs' },
  { file: A, from: /(url: .*9199\/critical\n)/, to: '$1        max_alerts: -1\n', observed: '-1' },
)
for (const [kind, keys] of [
  ['email', 'to: a@example.org, from: b@example.org, smarthost: "[::1]:25"'],
  ['pagerduty', 'service_key: x'],
  ['telegram', 'chat_id: -100123, bot_token_file: /run/secrets/token'],
  ['msteams', 'webhook_url: "https://example.org/x"'],
] as const) {
  const { file, from, to } = extra(kind, keys)
  passes('integrations-are-whole', `${kind} with ${keys}`, file, from, to)
}
passes('integrations-are-whole', 'what global gives to all', A, /receivers:\n|resolve_timeout: 5m\n/g, (text: string) =>
  text.startsWith('receivers')
    ? 'receivers:\n  - name: extra\n    email_configs: [{ to: a@example.org }]\n'
    : `${text}  smtp_smarthost: mail.example.org:587\n  smtp_from: b@example.org\n`,
)

finds(
  'integrations-are-whole',
  'no address of its own, and none under global',
  {
    file: A,
    from: '      - url: http://notification-sink:9199/critical\n        send',
    to: '      - send',
    expected: 'url or url_file',
  },
  { ...extra('slack', 'channel: "#a"'), expected: 'slack_', line: 'slack_configs' },
  { ...extra('discord', 'title: a'), expected: 'webhook_url', line: 'discord_configs' },
)
passes('integrations-are-whole', "Slack's address for all", A, /receivers:\n|resolve_timeout: 5m\n/g, (text: string) =>
  text.startsWith('receivers')
    ? 'receivers:\n  - name: extra\n    slack_configs: [{ channel: "#a" }]\n'
    : `${text}  slack_api_url_file: /run/alertmanager/slack_url\n`,
)
passes(
  'integrations-are-whole',
  'a name that is put in later',
  A,
  'resolve_timeout: 5m\n',
  'resolve_timeout: 5m\n  smtp_smarthost: SMTP_HOST\n',
  {
    file: A,
    from: 'SMTP_HOST',
    to: 'smtp.example.org',
    expected: 'host:port',
  },
)

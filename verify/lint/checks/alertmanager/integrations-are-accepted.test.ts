import { finds, passes } from '../../../../testing/lint/lint-files.ts'

const A = 'alertmanager.yml'
const id = 'integrations-are-accepted'
const extra = (kind: string, ...keys: string[]): { file: string; from: string; to: string } => ({
  file: A,
  from: 'receivers:\n',
  to: `receivers:\n  - name: extra\n    ${kind}_configs:\n      - ${keys.join('\n        ')}\n`,
})
const global = (...keys: string[]): { file: string; from: string; to: string } => ({
  file: A,
  from: 'resolve_timeout: 5m\n',
  to: `resolve_timeout: 5m\n  ${keys.join('\n  ')}\n`,
})
const SECRET = '/run/alertmanager/slack_url'

finds(
  id,
  'a key given in two ways',
  {
    file: A,
    from: `      - api_url_file: ${SECRET}\n`,
    to: `      - api_url_file: ${SECRET}\n        api_url: http://a.example\n`,
    expected: 'api_url or api_url_file',
    line: 'api_url_file',
  },
  { ...extra('discord', 'webhook_url: http://a.example', `webhook_url_file: ${SECRET}`), observed: 'both' },
  { ...extra('webhook', 'url: http://a.example', `url_file: ${SECRET}`), expected: 'url or url_file' },
  { ...extra('pagerduty', 'routing_key: $KEY', `routing_key_file: ${SECRET}`), expected: 'routing_key or routing_key_file' },
  { ...extra('msteams', 'webhook_url: http://a.example', `webhook_url_file: ${SECRET}`), subject: 'extra' },
  { ...global('slack_api_url: http://a.example', `slack_api_url_file: ${SECRET}`), subject: 'global', line: 'slack_api_url_file' },
  { ...global('smtp_auth_password: $SMTP', `smtp_auth_password_file: ${SECRET}`), observed: 'both' },
)
finds(id, 'a mapping where there is a list', {
  file: A,
  from: 'slack_configs:\n      - api',
  to: 'slack_configs:\n        api',
  observed: 'a mapping',
})
finds(
  id,
  'an address that is no URL',
  {
    file: A,
    from: 'url: http://notification-sink:9199/critical',
    to: 'url: notification-sink:9199/critical',
    line: 'url: notification-sink',
  },
  { ...extra('slack', 'api_url: hooks.slack.com/services/a'), observed: 'no scheme' },
  { ...extra('pagerduty', `routing_key_file: ${SECRET}`, 'url: events.pagerduty.com'), line: 'events.pagerduty.com' },
  { ...global('opsgenie_api_url: api.opsgenie.com'), line: 'opsgenie_api_url' },
)
finds(
  id,
  'a login of two kinds, or half of one',
  {
    ...extra('webhook', 'url: http://a.example', `http_config: { basic_auth: { username: a, password_file: ${SECRET}, password: $B } }`),
    expected: 'password or password_file',
  },
  {
    ...extra('webhook', 'url: http://a.example', `http_config: { basic_auth: { username: a }, bearer_token_file: ${SECRET} }`),
    expected: 'one of basic_auth and bearer_token_file',
  },
  {
    ...extra('webhook', 'url: http://a.example', `http_config: { authorization: { type: Basic, credentials_file: ${SECRET} } }`),
    expected: 'basic_auth',
  },
  {
    ...extra('webhook', 'url: http://a.example', 'http_config: { oauth2: { client_id: a, token_url: http://b.example } }'),
    expected: 'client_secret',
  },
  { ...extra('webhook', 'url: http://a.example', `http_config: { tls_config: { cert_file: ${SECRET} } }`), observed: 'cert_file alone' },
)
finds(
  id,
  'what one kind of integration refuses',
  { ...extra('sns', 'topic_arn: a', 'phone_number: b'), expected: 'one of topic_arn, phone_number' },
  { ...extra('sns', 'topic_arn: a', 'sigv4: { access_key: a }'), observed: 'access_key alone' },
  { ...extra('webex', 'room_id: a', 'http_config: { proxy_url: http://a.example }'), expected: 'authorization' },
  { ...extra('telegram', `bot_token_file: ${SECRET}`, 'chat_id: "-1001"'), observed: 'a text in quotes' },
  { ...extra('telegram', `bot_token_file: ${SECRET}`, 'chat_id: ops'), expected: 'the number' },
  { ...extra('telegram', `bot_token_file: ${SECRET}`, 'chat_id: 0'), expected: 'the number' },
  { ...extra('opsgenie', `api_key_file: ${SECRET}`, 'responders: [{ type: team }]'), expected: 'a name' },
  { ...extra('victorops', `api_key_file: ${SECRET}`, 'routing_key: a', 'custom_fields: { entity_state: x }'), observed: 'entity_state' },
  { ...extra('slack', `api_url_file: ${SECRET}`, 'fields: [{ title: a }]'), expected: 'value' },
  { ...extra('slack', `api_url_file: ${SECRET}`, 'actions: [{ text: a, url: b }]'), expected: 'type' },
  { ...extra('slack', `api_url_file: ${SECRET}`, 'actions: [{ type: button, text: a }]'), expected: 'url or name' },
  {
    ...extra('email', 'to: a@example.org', 'from: b@example.org', 'smarthost: "a:25"', 'headers: { subject: x, Subject: y }'),
    observed: 'Subject twice',
  },
)
for (const [kind, ...keys] of [
  ['slack', 'api_url: $SLACK_URL', 'fields: [{ title: a, value: b }]', 'actions: [{ type: button, text: a, url: b }]'],
  ['slack', 'api_url: "<secret>"'],
  ['sns', 'topic_arn: a', 'api_url: sns.example.org', 'sigv4: { region: eu }'],
  ['telegram', `bot_token_file: ${SECRET}`, 'chat_id: -100123'],
  ['webhook', 'url: http://a.example', 'http_config: { tls_config: { ca_file: /run/alertmanager/ca } }'],
  ['webex', 'room_id: a', `http_config: { authorization: { credentials_file: ${SECRET} } }`],
] as const) {
  const { file, from, to } = extra(kind, ...keys)
  passes(id, `${kind} with ${keys.join(', ')}`, file, from, to)
}

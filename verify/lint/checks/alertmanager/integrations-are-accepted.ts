import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { isOfOperator } from '../../../config/alerting/operator-routing.ts'
import { integrationsOf } from '../../receivers.ts'

export const check: Check = {
  meta: {
    id: 'integrations-are-accepted',
    needs: ['alertmanager'],
    isRefusal: true,
    title: 'Alertmanager accepts the settings of every integration',
    failureTitle: 'Alertmanager refuses a setting of an integration: it does not start',
    why: 'With one setting that is refused (a key given in two ways, an address without http://) Alertmanager does not start. A reload keeps the old configuration. https://prometheus.io/docs/alerting/latest/configuration/',
    mend: 'In alertmanager.yml, change the setting as the finding says; `amtool check-config` accepts the file then.',
    example: 'slack_configs:\n  - api_url: https://hooks.slack.com/services/T0/B0/x\n    api_url_file: /run/slack-url # one of the two',
  },
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      // What the operator takes is its own: a secret by its name, a matcher as a mapping. An address without a scheme it does not take.
      if (isOfOperator(alertmanager)) {
        for (const receiver of alertmanager.items('receivers'))
          for (const { key, at } of integrationsOf(receiver))
            if (key !== 'sns_configs') yield* addresses(receiver.string('name') ?? '', at, /^(?:url|api_url_file|webhook_url)$/)
        continue
      }
      const global = alertmanager.get('global')
      if (global !== undefined) {
        yield* inTwoWays('global', global, [
          'slack_api_url',
          'slack_app_token',
          'opsgenie_api_key',
          'victorops_api_key',
          'smtp_auth_password',
        ])
        yield* addresses('global', global, /^(?:pagerduty_url|\w+_api_url)$/)
        yield* client('global', global.get('http_config'))
      }
      for (const receiver of alertmanager.items('receivers')) {
        const name = receiver.string('name') ?? ''
        for (const [key, list] of receiver.pairs())
          if (key.endsWith('_configs') && list.isMap())
            yield remark(name, list.keyPlace(), `a list: - ${list.pairs()[0]?.[0] ?? ''}`, 'a mapping')
        for (const { key, at } of integrationsOf(receiver)) {
          yield* inTwoWays(name, at, SECRETS)
          if (key !== 'sns_configs') yield* addresses(name, at, /^(?:url|api_url|webhook_url)$/)
          yield* client(name, at.get('http_config'))
          yield* (OF_KINDS[key] ?? none)(name, at)
        }
      }
    }
  },
}

/** "at most one of url & url_file must be configured": https://github.com/prometheus/alertmanager/blob/v0.27.0/config/notifiers.go */
const SECRETS = 'url api_url webhook_url routing_key service_key api_key api_secret bot_token user_key token app_token'.split(' ')

function* inTwoWays(name: string, at: Cursor, keys: readonly string[]): Generator<Remark> {
  for (const key of keys)
    if ((at.string(key) ?? '') !== '' && (at.string(`${key}_file`) ?? '') !== '')
      yield remark(name, at.near(`${key}_file`), `${key} or ${key}_file`, 'both')
}

/** "unsupported scheme". What a tool puts in later is not known. */
function* addresses(name: string, at: Cursor, keys: RegExp): Generator<Remark> {
  for (const [key, value] of at.pairs()) {
    const text = value.string() ?? ''
    if (!keys.test(key) || text === '' || /[$%<{]|^[A-Z\d_]+$/.test(text) || /^https?:/.test(text)) continue
    yield remark(name, value, 'a URL that begins with http:// or https://', /secret|hooks/.test(text) ? 'no scheme' : text)
  }
}

/** https://github.com/prometheus/common/blob/v0.48.0/config/http_config.go, Validate */
function* client(name: string, at: Cursor | undefined): Generator<Remark> {
  if (at === undefined) return
  const [basic, authorization, oauth2, tls] = (['basic_auth', 'authorization', 'oauth2', 'tls_config'] as const).map((key) => at.get(key))
  yield* inTwoWays(name, at, ['bearer_token'])
  if (basic !== undefined) yield* inTwoWays(name, basic, ['username', 'password'])
  if (authorization !== undefined) yield* inTwoWays(name, authorization, ['credentials'])
  if (oauth2 !== undefined) yield* inTwoWays(name, oauth2, ['client_secret'])
  const ways = ['basic_auth', 'authorization', 'oauth2', 'bearer_token', 'bearer_token_file'].filter((key) => at.has(key))
  const [, second] = ways
  if (second !== undefined && !(second === 'bearer_token_file' && ways[0] === 'bearer_token'))
    yield remark(name, at.near(second), `one of ${ways.join(' and ')}`, ways.length === 2 ? 'both' : 'all of them')
  if (authorization?.string('type')?.toLowerCase() === 'basic')
    yield remark(name, authorization.near('type'), 'basic_auth with username and password', 'type: Basic')
  if (oauth2 !== undefined) yield* lacking(name, oauth2, [['client_id'], ['client_secret', 'client_secret_file'], ['token_url']])
  if (tls === undefined) return
  const [certificate, key] = [/^cert(?:_file)?$/, /^key(?:_file)?$/].map((wanted) => tls.pairs().find(([own]) => wanted.test(own)))
  if ((certificate === undefined) !== (key === undefined))
    yield remark(name, tls.near((certificate ?? key)?.[0] ?? ''), 'cert_file and key_file', `${(certificate ?? key)?.[0] ?? ''} alone`)
}

function* lacking(name: string, at: Cursor, needs: readonly (readonly string[])[]): Generator<Remark> {
  for (const own of needs)
    if (!own.some((key) => (at.string(key) ?? '') !== '')) yield remark(name, at, own.join(' or '), `${at.key} without it`)
}

type Judge = (name: string, at: Cursor) => Iterable<Remark>

const none: Judge = () => []

/** What each kind of integration asks for besides: https://github.com/prometheus/alertmanager/blob/v0.27.0/config/notifiers.go */
const OF_KINDS: Readonly<Record<string, Judge>> = {
  *sns_configs(name, at) {
    const given = ['target_arn', 'topic_arn', 'phone_number'].filter((key) => (at.string(key) ?? '') !== '')
    if (given.length > 1) yield remark(name, at.near(given[1] ?? ''), `one of ${given.join(', ')}`, 'several')
    const signed = at.get('sigv4')
    if (signed !== undefined && signed.has('access_key') !== signed.has('secret_key'))
      yield remark(name, signed, 'access_key and secret_key', signed.has('access_key') ? 'access_key alone' : 'secret_key alone')
  },
  *webex_configs(name, at) {
    const client = at.get('http_config')
    if (client !== undefined && !client.has('authorization') && !client.has('bearer_token') && !client.has('bearer_token_file'))
      yield remark(name, client, 'authorization with credentials', 'http_config without it')
  },
  *telegram_configs(name, at) {
    const chat = at.get('chat_id')
    if (chat !== undefined && (chat.string() === '0' || chat.isQuoted() || !/^[-\d$<{]|^[A-Z_]+$/.test(chat.string() ?? '')))
      yield remark(name, chat, 'the number of the chat, without quotes', chat.isQuoted() ? 'a text in quotes' : (chat.string() ?? 'none'))
  },
  *opsgenie_configs(name, at) {
    for (const responder of at.items('responders'))
      if (!['id', 'name', 'username'].some((key) => (responder.string(key) ?? '') !== ''))
        yield remark(name, responder, 'an id, a name or a username', 'a responder without any of them')
  },
  *victorops_configs(name, at) {
    for (const [key, value] of at.pairs('custom_fields'))
      if (/^(?:routing_key|message_type|state_message|entity_display_name|monitoring_tool|entity_id|entity_state)$/.test(key))
        yield remark(name, value.keyPlace(), 'a name that VictorOps does not use itself', key)
  },
  *slack_configs(name, at) {
    for (const field of at.items('fields')) yield* lacking(name, field, [['title'], ['value']])
    for (const action of at.items('actions')) yield* lacking(name, action, [['type'], ['text'], ['url', 'name']])
  },
  *email_configs(name, at) {
    const seen = new Set<string>()
    for (const [key, value] of at.pairs('headers')) {
      if (seen.has(key.toLowerCase())) yield remark(name, value.keyPlace(), 'each header once', `${key} twice`)
      seen.add(key.toLowerCase())
    }
  },
}

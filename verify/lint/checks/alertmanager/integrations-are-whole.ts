import { remark, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { isOfOperator } from '../../../config/alerting/operator-routing.ts'

/** What an integration needs: one of these keys, of its own or of `global`. */
interface Need {
  own: readonly string[]
  global?: RegExp
}

/** https://github.com/prometheus/alertmanager/blob/v0.27.0/config/notifiers.go, and config.go for what `global` gives. */
const NEEDS: Readonly<Record<string, readonly Need[]>> = {
  email_configs: [{ own: ['to'] }, { own: ['smarthost'], global: /^smtp_smarthost$/ }, { own: ['from'], global: /^smtp_from$/ }],
  pagerduty_configs: [{ own: ['routing_key', 'service_key', 'routing_key_file', 'service_key_file'] }],
  opsgenie_configs: [{ own: ['api_key', 'api_key_file'], global: /^opsgenie_api_key/ }],
  pushover_configs: [{ own: ['user_key', 'user_key_file'] }, { own: ['token', 'token_file'] }],
  telegram_configs: [{ own: ['chat_id', 'chat_id_file'] }, { own: ['bot_token', 'bot_token_file'], global: /^telegram_bot_token/ }],
  victorops_configs: [{ own: ['routing_key'] }, { own: ['api_key', 'api_key_file'], global: /^victorops_api_key/ }],
  wechat_configs: [
    { own: ['api_secret', 'api_secret_file'], global: /^wechat_api_secret/ },
    { own: ['corp_id'], global: /^wechat_api_corp_id$/ },
  ],
  slack_configs: [{ own: ['api_url', 'api_url_file', 'app_token', 'app_token_file'], global: /^slack_(?:api_url|app_token)/ }],
  discord_configs: [{ own: ['webhook_url', 'webhook_url_file'] }],
  webex_configs: [{ own: ['room_id'] }, { own: ['http_config'] }],
  webhook_configs: [{ own: ['url', 'url_file'] }],
  sns_configs: [{ own: ['topic_arn', 'phone_number', 'target_arn'] }],
  msteams_configs: [{ own: ['webhook_url', 'webhook_url_file'] }],
  msteamsv2_configs: [{ own: ['webhook_url', 'webhook_url_file'] }],
}

/** An AlertmanagerConfig has the webhook of Discord in apiURL: it is read as api_url_file (operator-routing.ts). */
const OF_OPERATOR: Readonly<Record<string, readonly Need[]>> = { discord_configs: [{ own: ['api_url_file'] }] }

export const check: Check = {
  meta: {
    id: 'integrations-are-whole',
    needs: ['alertmanager'],
    isRefusal: true,
    title: 'Every integration has what Alertmanager asks of it',
    failureTitle: 'An integration lacks a key or address: Alertmanager does not start',
    why: 'Alertmanager refuses the whole file when an integration lacks its address or key: "no global SMTP smarthost set". A reload keeps the old configuration. https://prometheus.io/docs/alerting/latest/configuration/',
    mend: 'In alertmanager.yml, give the integration the key that the finding names, or set it under global.',
    example: 'receivers:\n  - name: mail\n    email_configs: [{ to: ops@example.org }] # and no smtp_smarthost under global',
  },
  *judge({ config }) {
    for (const alertmanager of config.alertmanager) {
      // Of an AlertmanagerConfig it is elsewhere: what it may give is not missing.
      const global = isOfOperator(alertmanager) ? null : alertmanager.get('global')
      for (const receiver of alertmanager.items('receivers'))
        for (const [kind, needs] of Object.entries(global === null ? { ...NEEDS, ...OF_OPERATOR } : NEEDS))
          for (const integration of receiver.items(kind)) yield* judgeOne(receiver.string('name') ?? '', kind, integration, needs, global)
      for (const receiver of alertmanager.items('receivers')) yield* words(receiver)
      yield* smarthosts(alertmanager)
      for (const receiver of alertmanager.items('receivers'))
        for (const webhook of receiver.items('webhook_configs')) {
          const most = webhook.get('max_alerts')
          if (most !== undefined && /^-\d/.test(most.string() ?? ''))
            yield remark(receiver.string('name') ?? '', most, '0 (all) or more', most.string() ?? '')
        }
    }
  },
}

function* judgeOne(name: string, kind: string, at: Cursor, needs: readonly Need[], global: Cursor | null | undefined): Generator<Remark> {
  for (const { own, global: shared } of needs) {
    const given = own.filter((key) => (at.string(key) ?? '') !== '' || at.get(key)?.isMap() === true)
    const isShared = shared !== undefined && (global === null || global?.pairs().some(([key]) => shared.test(key)) === true)
    if (given.length === 0 && !isShared)
      yield remark(
        name,
        at,
        `${own.join(' or ')}${shared === undefined ? '' : `, or ${shared.source.replace(/[$^]/g, '')} under global`}`,
        `${kind} without it`,
      )
  }
}

/** Words that Alertmanager reads; what is made by a template is read when it notifies. */
const WORDS: readonly (readonly [kind: string, list: string | undefined, key: string, words: RegExp, expected: string])[] = [
  ['opsgenie_configs', 'responders', 'type', /^(?:teams?|user|escalation|schedule)$/, 'team, user, escalation or schedule'],
  ['telegram_configs', undefined, 'parse_mode', /^(?:Markdown|MarkdownV2|HTML)?$/, 'MarkdownV2, Markdown or HTML'],
  ['wechat_configs', undefined, 'message_type', /^(?:text|markdown)?$/, 'text or markdown'],
]

function* words(receiver: Cursor): Generator<Remark> {
  for (const [kind, list, key, known, expected] of WORDS)
    for (const at of receiver.items(kind).flatMap((each) => (list === undefined ? [each] : each.items(list)))) {
      const text = at.string(key) ?? ''
      if (at.has(key) && !text.includes('{{') && !known.test(text))
        yield remark(receiver.string('name') ?? '', at.near(key), expected, text || 'none')
    }
}

/** host:port: "address mail.example: missing port in address". */
function* smarthosts(alertmanager: Cursor): Generator<Remark> {
  const all = [
    ...alertmanager
      .items('receivers')
      .flatMap((receiver) => receiver.items('email_configs').flatMap((each) => each.get('smarthost') ?? [])),
    ...[alertmanager.get('global', 'smtp_smarthost')].flatMap((each) => each ?? []),
  ]
  for (const at of all)
    // A name in capitals is put in by what starts it.
    if (
      !/^[A-Z][A-Z\d]*_[A-Z\d_]+$/.test(at.string() ?? '') &&
      !/^(?:\[[^\]]+\]|[^:]+):\w+$/.test(at.string() ?? '') &&
      at.string() !== undefined &&
      !at.string()?.includes('$')
    )
      yield remark(at.key, at, 'host:port: mail.example.org:587', at.string() ?? '')
}

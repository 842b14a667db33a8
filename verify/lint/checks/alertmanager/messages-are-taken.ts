import { remark, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { integrationsOf } from '../../receivers.ts'
import { knownAlerts } from '../../known-alerts.ts'

export const check: Check = {
  meta: {
    id: 'messages-are-taken',
    needs: ['alertmanager'],
    title: 'Every message is one that its service takes',
    failureTitle: 'A message is not taken: its service refuses it, or an address is none',
    why: 'Alertmanager starts with any priority, severity and e-mail address. The service refuses the notification when the alert fires, which only the log of Alertmanager says. https://developer.pagerduty.com/docs/send-alert-event https://docs.opsgenie.com/docs/alert-api',
    mend: 'In alertmanager.yml, write the word or the address as the finding says.',
    example: 'opsgenie_configs:\n  - api_key_file: /run/opsgenie\n    priority: high # P1 to P5',
  },
  *judge(input) {
    for (const alertmanager of input.config.alertmanager) {
      const global = alertmanager.get('global')
      if (global !== undefined) {
        yield* commentedOut('global', global)
        yield* addressesOf('global', global, 'smtp_from')
        if (isGiven(global, 'smtp_auth_password') && !isGiven(global, 'smtp_auth_username')) {
          const mails = alertmanager.items('receivers').flatMap((receiver) => receiver.items('email_configs'))
          if (!mails.some((mail) => isGiven(mail, 'auth_username'))) yield unnamed('global', global, 'smtp_auth_username')
        }
      }
      for (const receiver of alertmanager.items('receivers')) {
        const name = receiver.string('name') ?? ''
        for (const { key, at } of integrationsOf(receiver)) {
          yield* commentedOut(name, at)
          yield* wordsOf(name, key, at)
          if (key === 'pagerduty_configs') yield* severityOfAlerts(name, at, input)
          if (key === 'email_configs') {
            for (const each of ['to', 'from']) yield* addressesOf(name, at, each)
            if (isGiven(at, 'auth_password') && !isGiven(at, 'auth_username') && global?.has('smtp_auth_username') !== true)
              yield unnamed(name, at, 'auth_username')
          }
          if (INCIDENTS.test(key) && at.bool('send_resolved') === false)
            yield warning(
              name,
              at.near('send_resolved'),
              'send_resolved: true, the default',
              'send_resolved: false',
              'The incident stays open when its alert has ended, and swallows the next one',
            )
        }
      }
    }
  },
}

/** They keep an incident for each group, by a key that its next alert has as well. */
const INCIDENTS = /^(?:pagerduty|opsgenie|victorops)_configs$/

/** VictorOps' REST endpoint, https://docs.opsgenie.com/docs/alert-api#create-alert, https://developer.pagerduty.com/docs/send-alert-event */
const WORDS: readonly (readonly [kind: string, key: string, taken: RegExp, expected: string])[] = [
  ['opsgenie_configs', 'priority', /^P[1-5]$/, 'P1, P2, P3, P4 or P5'],
  ['pagerduty_configs', 'severity', /^(?:critical|error|warning|info)$/, 'critical, error, warning or info'],
  ['victorops_configs', 'message_type', /^(?:CRITICAL|WARNING|INFO|ACKNOWLEDGEMENT|RECOVERY)$/i, 'CRITICAL, WARNING or INFO'],
]

function* wordsOf(name: string, kind: string, at: Cursor): Generator<Remark> {
  for (const [of, key, taken, expected] of WORDS) {
    const text = at.string(key) ?? ''
    if (kind === of && text !== '' && !/[{$<]/.test(text) && !taken.test(text)) yield remark(name, at.near(key), expected, text)
  }
}

/** `severity: '{{ .CommonLabels.severity }}'` passes on what the rules have. */
function* severityOfAlerts(name: string, at: Cursor, input: LintInput): Generator<Remark> {
  if (!/^\s*\{\{-?\s*\.(?:Common|Group)Labels\.severity\s*-?\}\}\s*$/.test(at.string('severity') ?? '')) return
  const others = [...new Set(knownAlerts(input).flatMap(({ fixed }) => fixed['severity'] ?? []))].filter(
    (value) => !/^(?:critical|error|warning|info)$/.test(value) && !value.includes('{{'),
  )
  if (others.length > 0)
    yield warning(name, at.near('severity'), 'critical, error, warning or info', `alerts of severity ${others.join(', ')}, as it is`)
}

/** net/mail reads them when the mail is sent: https://pkg.go.dev/net/mail#ParseAddressList */
function* addressesOf(name: string, at: Cursor, key: string): Generator<Remark> {
  const text = at.string(key) ?? ''
  if (text === '' || /[{$%]|^<|^[A-Z\d_]+$/.test(text)) return
  const wrong = text
    .split(',')
    .find((each) => !/^\s*(?:"[^"]*"|[^<>@;]*)\s*<[^\s<>@;]+@[^\s<>@;]+>\s*$|^\s*[^\s<>@;]+@[^\s<>@;]+\s*$/.test(each))
  if (wrong !== undefined) yield remark(name, at.near(key), 'addresses with @, and commas between them', text)
}

function isGiven(at: Cursor, key: string): boolean {
  return (at.string(key) ?? at.string(`${key}_file`) ?? '') !== ''
}

function unnamed(name: string, at: Cursor, key: string): Remark {
  return warning(
    name,
    at.near(key.replace('username', 'password')),
    key,
    `a password without ${key}`,
    'Alertmanager does not log in to the mail server: without a user it sends no password',
  )
}

/** `channel: #alerts`: what begins with # is a comment of YAML. */
function* commentedOut(name: string, at: Cursor): Generator<Remark> {
  for (const [key, value] of at.pairs()) {
    if (value.string() !== undefined || value.isMap() || value.isList()) continue
    const [line = ''] = value.text.text.slice(value.keyAt).split('\n', 1)
    const [, comment] = /^[\w"']+\s*:[ \t]+(#[^\s#].*)$/.exec(line) ?? []
    if (comment !== undefined)
      yield remark(name, value.keyPlace(), `${key}: '${comment.trim()}', in quotes`, 'nothing: what begins with # is a comment')
  }
}

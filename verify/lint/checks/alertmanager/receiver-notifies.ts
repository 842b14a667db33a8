import { remark, warning, type Check, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { integrationsOf, keysOf } from '../../receivers.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { distinct } from '../../../text/distinct.ts'
import { allRoutes, routeTree } from '../../../config/alerting/route-tree.ts'

export const check: Check = {
  meta: {
    id: 'receiver-notifies',
    needs: ['alertmanager'],
    title: 'Every specified receiver has the specified integration',
    failureTitle: 'A receiver has no working integration, or another than specified',
    why: 'Alertmanager accepts a receiver without an integration and sends no notification for its alerts.',
    mend: "In alertmanager.yml, give the receiver the specified integration (webhook_configs, slack_configs, email_configs ...; none of kind none). It has exactly one address, different from any other receiver's.",
    example: 'receivers:\n  - name: critical # no integration',
  },
  *judge({ spec, config }) {
    for (const alertmanager of config.alertmanager) {
      const receivers = alertmanager.items('receivers')
      const root = routeTree(alertmanager)
      const used = new Set(root === undefined ? [] : [...allRoutes(root)].map((route) => route.receiver))
      for (const promised of spec.routing.receivers) {
        const receiver = receivers.find((candidate) => candidate.string('name') === promised.name)
        if (receiver === undefined) {
          if (!promised.optional)
            yield remark(
              promised.name,
              alertmanager.near('receivers'),
              `a receiver ${promised.name} (${promised.kind})`,
              `no such receiver${didYouMean(
                promised.name,
                receivers.map((candidate) => candidate.string('name') ?? ''),
              )}`,
            )
          continue
        }
        const kinds = keysOf(promised)
        const integrations = distinct(integrationsOf(receiver), ({ key }) => key)
        const [one] = integrations
        if (promised.kind === 'none') {
          if (one !== undefined) yield remark(promised.name, one.list.keyPlace(), 'no integration: its alerts are not to be sent', one.key)
        } else if (!integrations.some(({ key }) => kinds.includes(key)))
          yield remark(
            promised.name,
            receiver,
            kinds.join(' or '),
            integrations.length === 0 ? 'no integration' : integrations.map(({ key }) => key).join(', '),
          )
      }
      for (const receiver of receivers) {
        const name = receiver.string('name') ?? ''
        if (
          used.has(name) &&
          !SILENT.test(name) &&
          !spec.routing.receivers.some((promised) => promised.name === name) &&
          integrationsOf(receiver).length === 0
        )
          yield warning(name, receiver, 'an integration', 'no integration')
      }
      yield* addresses(receivers)
      yield* chatAddresses(receivers)
    }
  },
}

const SLACK = /^https?:\/\/hooks\.slack\.com\//
const DISCORD = /^https?:\/\/(?:\w+\.)?discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\//

/** Names for where alerts go that are not to be sent. */
const SILENT = /^(?:null|none|nil|noop|no-?op|blackhole|black-hole|devnull|dev-null|void|silent|drop|discard|ignore|watchdog)$/i

/** The form of address that is understood there: Slack, Discord and webhooks each have a body of their own. */
function* chatAddresses(receivers: readonly Cursor[]): Generator<Remark> {
  for (const receiver of receivers) {
    const name = receiver.string('name') ?? ''
    for (const chat of receiver.items('slack_configs'))
      if (DISCORD.test(chat.string('api_url') ?? '') && !/\/slack\/?$/.test(chat.string('api_url') ?? ''))
        yield remark(name, chat.near('api_url'), 'a URL that ends in /slack', "Discord's own URL, which rejects Slack's message format")
    for (const chat of receiver.items('discord_configs'))
      if (/\/slack\/?$/.test(chat.string('webhook_url') ?? ''))
        yield remark(name, chat.near('webhook_url'), 'a URL without /slack', "Discord's URL for Slack's message format")
    for (const webhook of receiver.items('webhook_configs')) {
      const url = webhook.string('url') ?? ''
      if (SLACK.test(url) || DISCORD.test(url))
        yield remark(
          name,
          webhook.near('url'),
          SLACK.test(url) ? 'slack_configs' : 'discord_configs',
          `webhook_configs, whose message format ${SLACK.test(url) ? 'Slack' : 'Discord'} rejects`,
        )
    }
  }
}

/** Two receivers with one address are one receiver; an address that is no URL is none. */
function* addresses(receivers: readonly Cursor[]): Generator<Remark> {
  const seen = new Map<string, string>()
  for (const receiver of receivers) {
    const name = receiver.string('name') ?? ''
    for (const webhook of receiver.items('webhook_configs')) {
      const url = webhook.string('url')
      if (url === undefined) continue
      const other = seen.get(url)
      if (other !== undefined && other !== name)
        yield remark(name, webhook.near('url'), 'a URL of its own', `${url}, also the URL of ${other}`)
      if (other === name) yield remark(name, webhook.near('url'), 'every URL once', `${url} twice: every notification is sent twice`)
      seen.set(url, name)
    }
  }
}

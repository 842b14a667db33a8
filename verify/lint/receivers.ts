import { scalarsIn, type Cursor } from '../config/yaml/cursor.ts'
import type { ReceiverSpec, Spec } from '../model/spec.ts'

/** The integrations of one of Alertmanager's receivers, each with the key of its list. */
export function integrationsOf(receiver: Cursor): { key: string; at: Cursor; list: Cursor }[] {
  const lists = receiver.pairs().filter(([key]) => key.endsWith('_configs'))
  return lists.flatMap(([key, list]) => list.items().map((at) => ({ key, at, list })))
}

/** The keys of integrations that make a receiver of the specified kind. */
export function keysOf({ kind }: ReceiverSpec): string[] {
  return kind === 'discord' ? ['discord_configs', 'slack_configs'] : [`${kind}_configs`]
}

/** Where a receiver sends to, at a host without dots: a name of its own network. */
export interface ReceiverAddress {
  receiver: string
  at: Cursor
  host: string
  port: number
}

const URL = /^(https?):\/\/(?:[^\s/@]*@)?([a-z][\w-]*)(?::(\d+))?(?:[/?#]|$)/i
const SMARTHOST = /^([a-z][\w-]*):(\d+)$/i

/** Of a webhook that is promised receiver-address-is-known says what is wrong with its address. */
export function receiverAddresses(alertmanager: Cursor, { spec }: { spec: Spec }): ReceiverAddress[] {
  const promised = new Set(spec.routing.receivers.flatMap(({ name, optional }) => (optional === true ? [] : [name])))
  const own = alertmanager.items('receivers').flatMap((receiver) => {
    const name = receiver.string('name') ?? ''
    return integrationsOf(receiver).flatMap(({ key, at }) =>
      key === 'webhook_configs' && promised.has(name) ? [] : scalarsIn(at).flatMap((each) => addressOf(name, each)),
    )
  })
  return [...own, ...alertmanager.pairs('global').flatMap(([, each]) => addressOf('global', each))]
}

function addressOf(receiver: string, at: Cursor): ReceiverAddress[] {
  const text = at.string() ?? ''
  if (/^(?:url|api_url|webhook_url|\w+_api_url|\w+_url)$/.test(at.key)) {
    const [, scheme = '', host, port] = URL.exec(text) ?? []
    return host === undefined ? [] : [{ receiver, at, host, port: Number(port ?? (scheme.toLowerCase() === 'https' ? 443 : 80)) }]
  }
  const [, host, port] = /smarthost$/.test(at.key) ? (SMARTHOST.exec(text) ?? []) : []
  return host === undefined ? [] : [{ receiver, at, host, port: Number(port) }]
}

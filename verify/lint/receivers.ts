import type { Cursor } from '../config/yaml/cursor.ts'
import type { ReceiverSpec } from '../model/spec.ts'

/** The integrations of one of Alertmanager's receivers, each with the key of its list. */
export function integrationsOf(receiver: Cursor): { key: string; at: Cursor; list: Cursor }[] {
  const lists = receiver.pairs().filter(([key]) => key.endsWith('_configs'))
  return lists.flatMap(([key, list]) => list.items().map((at) => ({ key, at, list })))
}

/** The keys of integrations that make a receiver of the specified kind. */
export function keysOf({ kind }: ReceiverSpec): string[] {
  return kind === 'discord' ? ['discord_configs', 'slack_configs'] : [`${kind}_configs`]
}

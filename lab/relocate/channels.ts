/** Which chat receivers of alertmanager.yml are on: those whose URL file is given and not empty. */
export interface Channels {
  slack: boolean
  discord: boolean
}

export const CHANNELS = ['slack', 'discord'] as const satisfies readonly (keyof Channels)[]

/** Where the lab's channels send to unless they are given another URL: the receiver of the drill, which stands in for both services. */
export function drillChannelUrls(receiver: { host: string; port: number }, path?: string): Record<keyof Channels, string> {
  const base = belowPath(`${urlOf(receiver)}/`, receiver, path).slice(0, -1)
  return { slack: `${base}/slack`, discord: channelUrl('discord', `${base}/discord`) }
}

/** Every URL of the text that leads to the drill's receiver leads below `path`; without one the text as it is. */
export function belowPath(text: string, receiver: { host: string; port: number }, path: string | undefined): string {
  return path === undefined ? text : text.replaceAll(`${urlOf(receiver)}/`, (found) => `${found}${path}/`)
}

function urlOf({ host, port }: { host: string; port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/**
 * Switches the marked lines of monitoring/alertmanager/alertmanager.yml on: `#slack# `, `#discord# `, and `#chat# ` when either is on.
 * monitoring/alertmanager/switch-on.sh does the same in the container. With neither on, the text comes back as it is.
 */
export function switchOn(alertmanager: string, channels: Channels): string {
  const on = [
    ...(channels.slack ? ['slack'] : []),
    ...(channels.discord ? ['discord'] : []),
    ...(channels.slack || channels.discord ? ['chat'] : []),
  ]
  if (on.length === 0) return alertmanager
  return alertmanager.replace(new RegExp(`^( *)#(?:${on.join('|')})# `, 'gm'), '$1')
}

/**
 * What stands in a channel's URL file, made ready for Alertmanager: trimmed, and Discord's with the ending of its Slack-compatible endpoint
 * (https://discord.com/developers/docs/resources/webhook#execute-slackcompatible-webhook). Empty when the channel is off.
 */
export function channelUrl(channel: keyof Channels, fileText: string): string {
  const url = fileText.replace(/\s/g, '')
  return url === '' || channel === 'slack' || url.endsWith('/slack') ? url : `${url}/slack`
}

import { readFileSync } from 'node:fs'
import { compressAlertmanager, compressPrometheus, compressRules } from '../verify/compress/compress.ts'
import { FiredrillError } from '../verify/model/error.ts'
import type { ComposeFile } from './compose/compose-file.ts'
import type { Address } from './parts/part-ports.ts'
import { channelUrl, drillChannelUrls } from './relocate/channels.ts'
import type { Channels } from './relocate/channels.ts'
import type { LogFile } from './relocate/docker-files.ts'
import type { MonitoringKind } from './relocate/relocate.ts'

/** A monitoring file with its times divided by `speed`; `file` is for messages. */
export function compressed(kind: MonitoringKind, text: string, speed: number, file: string): string {
  switch (kind) {
    case 'prometheus':
      return compressPrometheus(text, speed, file)
    case 'alertRules':
      return compressRules(text, speed, file)
    case 'alertmanager':
      return compressAlertmanager(text, speed, file)
    default:
      return text
  }
}

/** The log of each part whose container has a name of its own, as Promtail's discovery would find it. */
export function logFiles(compose: ComposeFile, parts: readonly string[], logOf: (id: string) => string): LogFile[] {
  return parts.flatMap((service) => {
    const container = compose.services[service]?.name
    return container === undefined ? [] : [{ container, service, logstream: 'stdout' as const, path: logOf(service) }]
  })
}

/**
 * URLs of the chat channels, as Alertmanager wants them. A lab drills them as well: without a URL file they send to the drill's own
 * receiver. An empty URL file switches a channel off.
 */
export function channelUrls(env: NodeJS.ProcessEnv, receiver: Address, path?: string): Record<keyof Channels, string> {
  const url = (channel: keyof Channels, variable: string) => {
    const file = env[variable]
    return file === undefined || file === '' ? drillChannelUrls(receiver, path)[channel] : channelUrl(channel, readMonitoring(file))
  }
  return { slack: url('slack', 'SLACK_WEBHOOK_URL_FILE'), discord: url('discord', 'DISCORD_WEBHOOK_URL_FILE') }
}

export function readMonitoring(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new FiredrillError('MONITORING_FILE', `cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`, {
      place: { file },
      next: '--monitoring names a folder with the files of monitoring/',
      cause: error,
    })
  }
}

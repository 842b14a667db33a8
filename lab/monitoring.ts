import { readFileSync } from 'node:fs'
import path from 'node:path'
import { compressAlertmanager, compressPrometheus, compressRules } from '../verify/compress/compress.ts'
import { FiredrillError } from '../verify/model/error.ts'
import type { LabContext } from './lab-settings.ts'
import type { Address } from './parts/ports.ts'
import { channelUrl, drillChannelUrls } from './relocate/channels.ts'
import type { Channels } from './relocate/channels.ts'
import { labNetwork } from './relocate/network.ts'
import { relocate } from './relocate/relocate.ts'
import type { LogFile, MonitoringTexts } from './relocate/relocate.ts'

const DELIVERED = {
  prometheus: 'prometheus.yml',
  alertRules: 'alert-rules.yml',
  alertmanager: 'alertmanager/alertmanager.yml',
  loki: 'loki/loki.yml',
  promtail: 'promtail/promtail.yml',
  otelCollector: 'otel-collector/otel-collector.yml',
  jaeger: 'jaeger/jaeger.yml',
} as const satisfies Record<keyof MonitoringTexts, string>

/** Container of docker-compose.yaml -> compose service, which is also the part's id. */
const CONTAINERS = {
  'moalog-redis': 'redis',
  'moalog-mysql': 'mysql',
  'moalog-server': 'moalog-server',
  'moalog-rate-limiter': 'rate-limiter',
  'fluxpay-engine': 'fluxpay-engine',
  'fluxpay-kafka': 'kafka',
  'fluxpay-postgres': 'postgres',
} as const

/** What a lab starts its parts with: the files delivered in a folder, compressed by the lab's speed, with the lab's addresses and paths. */
export function labMonitoring(lab: LabContext, locate: { dir(id: string): string; log(id: string): string }): MonitoringTexts {
  const texts = Object.fromEntries(
    Object.entries(DELIVERED).map(([name, file]) => [name, read(path.join(lab.monitoringDir, file))]),
  ) as Record<keyof MonitoringTexts, string>
  const file = (name: keyof typeof DELIVERED) => path.join(lab.monitoringDir, DELIVERED[name])
  const compressed: MonitoringTexts = {
    ...texts,
    prometheus: compressPrometheus(texts.prometheus, lab.speed, file('prometheus')).text,
    alertRules: compressRules(texts.alertRules, lab.speed, file('alertRules')).text,
    alertmanager: compressAlertmanager(texts.alertmanager, lab.speed, file('alertmanager')).text,
  }
  const urls = channelUrls(lab.env, lab.addresses.receiver)
  return relocate(compressed, {
    network: labNetwork((port) => lab.addresses[port]),
    paths: {
      '/run/secrets/actuator_password': path.join(locate.dir('prometheus'), 'actuator_password'),
      '/run/alertmanager': locate.dir('alertmanager'),
      '/var/lib/promtail': locate.dir('promtail'),
      '/loki': path.join(locate.dir('loki'), 'data'),
    },
    logs: Object.entries(CONTAINERS).map(([container, service]): LogFile => ({
      container,
      service,
      logstream: 'stdout',
      path: locate.log(service),
    })),
    channels: { slack: urls.slack !== '', discord: urls.discord !== '' },
  }).files
}

/**
 * URLs of the chat channels, as Alertmanager wants them. A lab drills them as well: without a URL file they send to the drill's own
 * receiver.
 * An empty URL file switches a channel off.
 */
export function channelUrls(env: NodeJS.ProcessEnv, receiver: Address): Record<keyof Channels, string> {
  const url = (channel: keyof Channels, variable: string) => {
    const file = env[variable]
    return file === undefined || file === '' ? drillChannelUrls(receiver)[channel] : channelUrl(channel, read(file))
  }
  return { slack: url('slack', 'SLACK_WEBHOOK_URL_FILE'), discord: url('discord', 'DISCORD_WEBHOOK_URL_FILE') }
}

function read(file: string): string {
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

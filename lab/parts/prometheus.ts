import { formatDuration, parseDuration } from '../../verify/promql/duration.ts'
import { portOf, takeFlag } from '../compose/localize.ts'
import { reloadByHttp, reloadBySignal } from './reload.ts'
import type { Part } from './part.ts'

const CONFIG = '--config.file'
const LISTEN = '--web.listen-address'
const LAST_RELOAD = 'prometheus_config_last_reload'
const RESEND = '--rules.alert.resend-delay'
/** https://prometheus.io/docs/prometheus/latest/command-line/prometheus/ */
const RESEND_DELAY_MS = 60_000

/**
 * Compressed like every other time, but not below 5 s: endsAt is four times as far away, and if the machine stalls longer than that,
 * Alertmanager resolves the alert by itself.
 */
export function resendDelayMs(speed: number, deployedMs = RESEND_DELAY_MS): number {
  return speed === 1 ? deployedMs : Math.max(5_000, Math.round(deployedMs / speed))
}

export const prometheus: Part = {
  id: 'prometheus',
  title: 'Prometheus',
  ports: ['prometheus'],
  listens: ({ command }) => ({ prometheus: portOf(takeFlag(command, LISTEN).value, 9090) }),
  tools: ['prometheus'],
  // Last, so that no alert fires about a part that has not been started yet.
  after: [
    'alertmanager',
    'moalog-server',
    'rate-limiter',
    'fluxpay-engine',
    'redis',
    'redis-exporter',
    'mysql',
    'mysqld-exporter',
    'otel-collector',
    'nginx',
    'node-exporter',
    'blackbox-exporter',
  ],
  readyTimeoutMs: 30_000,
  files: (context) => {
    const config = takeFlag(context.container.command, CONFIG).value
    const others = context.container.mounts.filter(({ kind, target }) => kind === 'file' && target !== config && /\.ya?ml$/.test(target))
    return Object.assign(context.monitoring('prometheus', config), ...others.map(({ target }) => context.monitoring('alertRules', target)))
  },
  launch: (context) => {
    const { value, rest } = takeFlag(takeFlag(context.command, LISTEN).rest, RESEND)
    const resend = resendDelayMs(context.speed, value === undefined ? RESEND_DELAY_MS : parseDuration(value))
    return {
      argv: [
        context.tool('prometheus'),
        ...rest,
        `${LISTEN}=${context.hostPort('prometheus')}`,
        ...(context.speed === 1 && value === undefined ? [] : [`${RESEND}=${formatDuration(resend)}`]),
      ],
      env: context.environment,
      health: { kind: 'http', url: `http://${context.hostPort('prometheus')}/-/ready` },
    }
  },
  reload: (context, hangUp) => {
    const url = `http://${context.hostPort('prometheus')}`
    return context.command.includes('--web.enable-lifecycle')
      ? reloadByHttp(url, `${LAST_RELOAD}_success_timestamp_seconds`)
      : reloadBySignal(url, LAST_RELOAD, hangUp)
  },
}

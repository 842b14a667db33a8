import { formatDuration } from '../../verify/promql/duration.ts'
import { reloadByHttp } from './reload.ts'
import type { Part } from './part.ts'

/** https://prometheus.io/docs/prometheus/latest/command-line/prometheus/ */
const RESEND_DELAY_MS = 60_000

/**
 * Compressed like every other time, but not below 5 s: endsAt is four times as far away, and if the machine stalls longer than that,
 * Alertmanager resolves the alert by itself.
 */
export function resendDelayMs(speed: number): number {
  return speed === 1 ? RESEND_DELAY_MS : Math.max(5_000, Math.round(RESEND_DELAY_MS / speed))
}

export const prometheus: Part = {
  id: 'prometheus',
  title: 'Prometheus',
  ports: ['prometheus'],
  tools: ['prometheus'],
  needs: [],
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
  ],
  readyTimeoutMs: 30_000,
  files: (context) => ({
    'prometheus.yml': context.monitoring.prometheus,
    'alert-rules.yml': context.monitoring.alertRules,
    'actuator_password': context.secrets.ACTUATOR_PASSWORD,
  }),
  launch: (context) => ({
    argv: [
      context.tool('prometheus'),
      `--config.file=${context.dir}/prometheus.yml`,
      `--storage.tsdb.path=${context.dir}/data`,
      `--web.listen-address=${context.hostPort('prometheus')}`,
      '--web.enable-lifecycle',
      `--rules.alert.resend-delay=${formatDuration(resendDelayMs(context.speed))}`,
      '--storage.tsdb.retention.time=2d',
    ],
    env: {},
    health: { kind: 'http', url: `http://${context.hostPort('prometheus')}/-/ready` },
  }),
  reload: (context) => reloadByHttp(`http://${context.hostPort('prometheus')}`, 'prometheus_config_last_reload_success_timestamp_seconds'),
}

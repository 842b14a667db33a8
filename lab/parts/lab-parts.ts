import type { ComposeFile } from '../compose/compose-file.ts'
import { alertmanager } from './alertmanager.ts'
import { blackboxExporter } from './blackbox-exporter.ts'
import { fluxpayEngine } from './fluxpay-engine.ts'
import { jaeger } from './jaeger.ts'
import { kafka } from './kafka.ts'
import { loki } from './loki.ts'
import { moalogServer } from './moalog-server.ts'
import { mysqlServer } from './mysql.ts'
import { mysqldExporter } from './mysqld-exporter.ts'
import { nginx } from './nginx.ts'
import { nodeExporter } from './node-exporter.ts'
import { otelCollector } from './otel-collector.ts'
import type { Part } from './part.ts'
import { paymentProvider } from './payment-provider.ts'
import { postgres } from './postgres.ts'
import { prometheus } from './prometheus.ts'
import { promtail } from './promtail.ts'
import { rateLimiter } from './rate-limiter.ts'
import { redisExporter } from './redis-exporter.ts'
import { redis } from './redis.ts'
import { toxiproxy } from './toxiproxy.ts'

/** This project's own platform. In the order in which they are started as far as `after` allows: what takes longest comes first. */
export const LAB_PARTS: readonly Part[] = [
  fluxpayEngine,
  rateLimiter,
  kafka,
  postgres,
  toxiproxy,
  redis,
  mysqlServer,
  loki,
  jaeger,
  otelCollector,
  alertmanager,
  prometheus,
  moalogServer,
  paymentProvider,
  redisExporter,
  mysqldExporter,
  promtail,
]

/** Every part that the lab can start: those of other platforms as well, which only a compose file with `x-firedrill-lab` has. */
export const KNOWN_PARTS: readonly Part[] = [nginx, nodeExporter, blackboxExporter, ...LAB_PARTS]

/** The parts of a lab. Another platform says so in its compose file, and is what it has of these; of our own nothing may be missing. */
export function partsOf({ services, allows }: Pick<ComposeFile, 'services' | 'allows'>): readonly Part[] {
  return allows === undefined ? LAB_PARTS : KNOWN_PARTS.filter(({ id }) => services[id] !== undefined)
}

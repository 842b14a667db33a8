import { alertmanager } from './alertmanager.ts'
import { fluxpayEngine } from './fluxpay-engine.ts'
import { jaeger } from './jaeger.ts'
import { kafka } from './kafka.ts'
import { loki } from './loki.ts'
import { moalogServer } from './moalog-server.ts'
import { mysqlServer } from './mysql.ts'
import { mysqldExporter } from './mysqld-exporter.ts'
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

/** In the order in which they are started as far as `after` allows: what takes longest comes first. */
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

import { askHttp } from './ask.ts'
import { AGENT_DETOURS, jarsMissing, jvmArgv, jvmEnv, JVM_IMAGE, jvmListens } from './jvm.ts'
import type { Part } from './part.ts'

export const fluxpayEngine: Part = {
  id: 'fluxpay-engine',
  title: 'fluxpay-engine (stand-in)',
  ports: ['fluxpay-engine', 'rjmx-fluxpay'],
  listens: jvmListens('fluxpay-engine', 'rjmx-fluxpay'),
  detours: AGENT_DETOURS,
  image: { ...JVM_IMAGE, '/app/service.jar': 'fluxpay-engine' },
  tools: ['fluxpay-engine', 'otel-java-agent', 'jmx-exporter-agent'],
  needs: ['toxiproxy', 'postgres', 'kafka', 'redis', 'payment-provider'],
  // A JVM takes the longest of all, and connects when the others have long been ready.
  readyTimeoutMs: 90_000,
  lacks: jarsMissing,
  launch: (context) => ({
    argv: jvmArgv(context, 'rjmx-fluxpay'),
    env: jvmEnv(context, 'fluxpay-engine'),
    health: { kind: 'http', url: `http://${context.hostPort('fluxpay-engine')}/api/v1/health` },
  }),
  // 404 for an order that does not exist: its database is there, and its table.
  answers: (context) =>
    askHttp(
      `http://${context.hostPort('fluxpay-engine')}/api/v1/orders/00000000-0000-0000-0000-000000000000`,
      ({ status }) => status === 404,
    ),
}

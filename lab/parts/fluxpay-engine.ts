import { askHttp } from './ask.ts'
import { JMX_EXPORTER_CONFIG, jvmArgv, jvmEnv } from './jvm.ts'
import type { Part } from './part.ts'

export const fluxpayEngine: Part = {
  id: 'fluxpay-engine',
  title: 'fluxpay-engine (stand-in)',
  ports: ['fluxpay-engine', 'rjmx-fluxpay'],
  tools: ['fluxpay-engine', 'otel-java-agent', 'jmx-exporter-agent'],
  needs: ['toxiproxy', 'postgres', 'kafka', 'redis', 'payment-provider'],
  // A JVM takes the longest of all, and connects when the others have long been ready.
  after: [],
  readyTimeoutMs: 90_000,
  files: () => ({ 'jmx-exporter.yml': JMX_EXPORTER_CONFIG }),
  launch: (context) => ({
    argv: jvmArgv(context, 'fluxpay-engine', 'rjmx-fluxpay'),
    env: {
      ...jvmEnv(context, 'fluxpay-engine'),
      SERVER_ADDRESS: context.at('fluxpay-engine').host,
      SERVER_PORT: String(context.at('fluxpay-engine').port),
      SPRING_R2DBC_URL: `r2dbc:postgresql://${context.hostPort('toxiproxy-postgres')}/fluxpay`,
      SPRING_R2DBC_USERNAME: 'fluxpay',
      SPRING_R2DBC_PASSWORD: context.secrets.POSTGRES_PASSWORD,
      REDIS_HOST: context.at('toxiproxy-redis').host,
      REDIS_PORT: String(context.at('toxiproxy-redis').port),
      KAFKA_BOOTSTRAP_SERVERS: context.hostPort('kafka'),
      PAYMENT_PROVIDER_URL: `http://${context.hostPort('toxiproxy-payment-provider')}`,
      ACTUATOR_PASSWORD: context.secrets.ACTUATOR_PASSWORD,
    },
    health: { kind: 'http', url: `http://${context.hostPort('fluxpay-engine')}/api/v1/health` },
  }),
  // 404 for an order that nobody made: its database is there, and its table.
  answers: (context) =>
    askHttp(
      `http://${context.hostPort('fluxpay-engine')}/api/v1/orders/00000000-0000-0000-0000-000000000000`,
      ({ status }) => status === 404,
    ),
}

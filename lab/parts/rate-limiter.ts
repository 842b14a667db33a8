import { JMX_EXPORTER_CONFIG, jvmArgv, jvmEnv } from './jvm.ts'
import type { Part } from './part.ts'

export const rateLimiter: Part = {
  id: 'rate-limiter',
  title: 'rate-limiter (stand-in)',
  ports: ['rate-limiter', 'rjmx-rate-limiter'],
  tools: ['rate-limiter', 'otel-java-agent', 'jmx-exporter-agent'],
  needs: ['toxiproxy', 'redis'],
  after: [],
  readyTimeoutMs: 90_000,
  files: () => ({ 'jmx-exporter.yml': JMX_EXPORTER_CONFIG }),
  launch: (context) => ({
    argv: jvmArgv(context, 'rate-limiter', 'rjmx-rate-limiter'),
    env: {
      ...jvmEnv(context, 'rate-limiter'),
      SERVER_ADDRESS: context.at('rate-limiter').host,
      SERVER_PORT: String(context.at('rate-limiter').port),
      REDIS_HOST: context.at('toxiproxy-redis').host,
      REDIS_PORT: String(context.at('toxiproxy-redis').port),
      MOALOG_SERVER_URL: `http://${context.hostPort('moalog-server')}`,
      ACTUATOR_PASSWORD: context.secrets.ACTUATOR_PASSWORD,
    },
    health: { kind: 'http', url: `http://${context.hostPort('rate-limiter')}/actuator/health` },
  }),
}

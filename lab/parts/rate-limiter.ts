import { AGENT_DETOURS, jarsMissing, jvmArgv, jvmEnv, JVM_IMAGE, jvmListens } from './jvm.ts'
import type { Part } from './part.ts'

export const rateLimiter: Part = {
  id: 'rate-limiter',
  title: 'rate-limiter (stand-in)',
  ports: ['rate-limiter', 'rjmx-rate-limiter'],
  listens: jvmListens('rate-limiter', 'rjmx-rate-limiter'),
  detours: AGENT_DETOURS,
  image: { ...JVM_IMAGE, '/app/service.jar': 'rate-limiter' },
  tools: ['rate-limiter', 'otel-java-agent', 'jmx-exporter-agent'],
  needs: ['toxiproxy', 'redis'],
  readyTimeoutMs: 90_000,
  lacks: jarsMissing,
  launch: (context) => ({
    argv: jvmArgv(context, 'rjmx-rate-limiter'),
    env: jvmEnv(context, 'rate-limiter'),
    health: { kind: 'http', url: `http://${context.hostPort('rate-limiter')}/actuator/health` },
  }),
}

import type { Part } from './part.ts'

export const jaeger: Part = {
  id: 'jaeger',
  title: 'Jaeger',
  ports: ['jaeger', 'jaeger-grpc', 'jaeger-otlp', 'jaeger-health'],
  tools: ['jaeger'],
  needs: [],
  after: [],
  readyTimeoutMs: 20_000,
  files: (context) => ({ 'jaeger.yml': context.monitoring.jaeger }),
  launch: (context) => ({
    argv: [context.tool('jaeger'), '--config', `${context.dir}/jaeger.yml`],
    env: {},
    health: { kind: 'http', url: `http://${context.hostPort('jaeger')}/api/services` },
  }),
}

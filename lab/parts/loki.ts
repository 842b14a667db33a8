import type { Part } from './part.ts'

export const loki: Part = {
  id: 'loki',
  title: 'Loki',
  ports: ['loki', 'loki-grpc'],
  tools: ['loki'],
  needs: [],
  after: [],
  readyTimeoutMs: 45_000,
  files: (context) => ({ 'loki.yml': context.monitoring.loki }),
  launch: (context) => ({
    argv: [context.tool('loki'), `-config.file=${context.dir}/loki.yml`],
    env: {},
    health: { kind: 'http', url: `http://${context.hostPort('loki')}/ready` },
  }),
}

import type { Part } from './part.ts'

export const promtail: Part = {
  id: 'promtail',
  title: 'Promtail',
  ports: ['promtail'],
  tools: ['promtail'],
  needs: ['loki'],
  // A push that fails waits before the next try, and longer each time.
  after: ['loki'],
  readyTimeoutMs: 20_000,
  files: (context) => ({ 'promtail.yml': context.monitoring.promtail }),
  launch: (context) => ({
    argv: [context.tool('promtail'), `-config.file=${context.dir}/promtail.yml`],
    env: {},
    // /ready says no until a target is active, and a lab of a few parts may have none.
    health: { kind: 'http', url: `http://${context.hostPort('promtail')}/metrics` },
  }),
}

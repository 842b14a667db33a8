import { takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

export const promtail: Part = {
  id: 'promtail',
  title: 'Promtail',
  ports: ['promtail'],
  // By promtail.yml, which lab/relocate/ moves.
  listens: () => ({ promtail: 9080 }),
  tools: ['promtail'],
  needs: ['loki'],
  // A push that fails waits before the next try, and longer each time.
  after: ['loki'],
  readyTimeoutMs: 20_000,
  files: (context) => context.monitoring('promtail', takeFlag(context.container.command, '-config.file', '--config.file').value),
  launch: (context) => ({
    argv: [context.tool('promtail'), ...context.command],
    env: context.environment,
    // /ready says no until a target is active, and a lab of a few parts may have none.
    health: { kind: 'http', url: `http://${context.hostPort('promtail')}/metrics` },
  }),
}

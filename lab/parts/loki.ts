import { takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

export const loki: Part = {
  id: 'loki',
  title: 'Loki',
  ports: ['loki', 'loki-grpc'],
  // By loki.yml, which lab/relocate/ moves.
  listens: () => ({ loki: 3100, 'loki-grpc': 9096 }),
  tools: ['loki'],
  readyTimeoutMs: 45_000,
  files: (context) => context.monitoring('loki', takeFlag(context.container.command, '-config.file', '--config.file').value),
  launch: (context) => ({
    argv: [context.tool('loki'), ...context.command],
    env: context.environment,
    health: { kind: 'http', url: `http://${context.hostPort('loki')}/ready` },
  }),
}

import { portOf, takeFlag } from '../compose/localize.ts'
import { askRedis } from './ask.ts'
import type { Part } from './part.ts'

export const redis: Part = {
  id: 'redis',
  title: 'Redis',
  ports: ['redis'],
  listens: ({ command }) => ({ redis: portOf(takeFlag(command, '--port').value, 6379) }),
  tools: ['redis-server'],
  needs: [],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [
      context.tool('redis-server'),
      ...takeFlag(takeFlag(context.command.slice(1), '--port').rest, '--bind').rest,
      '--bind',
      context.at('redis').host,
      '--port',
      String(context.at('redis').port),
    ],
    env: { ...context.environment, ...context.toolEnv('redis-server') },
    health: { kind: 'tcp', ...context.at('redis') },
  }),
  answers: (context) => askRedis(context.at('redis')),
}

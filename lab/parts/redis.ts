import { portOf, takeFlag } from '../compose/localize.ts'
import { askRedis } from './ask.ts'
import type { Part, PartContext } from './part.ts'

/** The image's entrypoint puts redis-server before a command that begins with a flag. */
function program({ command, tool }: PartContext): string[] {
  const words = takeFlag(takeFlag(command, '--port').rest, '--bind').rest
  return [tool('redis-server'), ...(words[0] === 'redis-server' ? words.slice(1) : words)]
}

export const redis: Part = {
  id: 'redis',
  title: 'Redis',
  ports: ['redis'],
  listens: ({ command }) => ({ redis: portOf(takeFlag(command, '--port').value, 6379) }),
  tools: ['redis-server'],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [...program(context), '--bind', context.at('redis').host, '--port', String(context.at('redis').port)],
    env: { ...context.environment, ...context.toolEnv('redis-server') },
    health: { kind: 'tcp', ...context.at('redis') },
  }),
  answers: (context) => askRedis(context.at('redis')),
}

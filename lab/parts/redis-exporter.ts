import { portOf, takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

const LISTEN = ['-web.listen-address', '--web.listen-address'] as const

export const redisExporter: Part = {
  id: 'redis-exporter',
  title: 'redis_exporter',
  ports: ['redis-exporter'],
  listens: ({ command, environment }) => ({
    'redis-exporter': portOf(takeFlag(command, ...LISTEN).value ?? environment['REDIS_EXPORTER_WEB_LISTEN_ADDRESS'], 9121),
  }),
  tools: ['redis-exporter'],
  needs: ['redis'],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [
      context.tool('redis-exporter'),
      ...takeFlag(context.command, ...LISTEN).rest,
      `${LISTEN[0]}=${context.hostPort('redis-exporter')}`,
    ],
    env: context.environment,
    health: { kind: 'tcp', ...context.at('redis-exporter') },
  }),
}

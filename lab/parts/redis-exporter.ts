import type { Part } from './part.ts'

export const redisExporter: Part = {
  id: 'redis-exporter',
  title: 'redis_exporter',
  ports: ['redis-exporter'],
  tools: ['redis-exporter'],
  needs: ['redis'],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [context.tool('redis-exporter'), `-web.listen-address=${context.hostPort('redis-exporter')}`],
    // The connection timeout stays as deployed (15 s): a Redis that hangs then makes the scrape time out, and up is 0.
    env: { REDIS_ADDR: `redis://${context.hostPort('redis')}` },
    health: { kind: 'tcp', ...context.at('redis-exporter') },
  }),
}

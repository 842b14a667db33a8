import { askRedis } from './ask.ts'
import type { Part } from './part.ts'

export const redis: Part = {
  id: 'redis',
  title: 'Redis',
  ports: ['redis'],
  tools: ['redis-server'],
  needs: [],
  after: [],
  readyTimeoutMs: 15_000,
  files: (context) => ({
    'redis.conf': [
      `bind ${context.at('redis').host}`,
      `port ${context.at('redis').port}`,
      `dir "${context.dir}"`,
      'daemonize no',
      // Nothing on disk: a Redis that was killed comes back empty and at once.
      'save ""',
      'appendonly no',
      // RedisHighMemory is about a share of maxmemory; noeviction, so that what a drill fills in stays in.
      'maxmemory 64mb',
      'maxmemory-policy noeviction',
      '',
    ].join('\n'),
  }),
  launch: (context) => ({
    argv: [context.tool('redis-server'), `${context.dir}/redis.conf`],
    env: context.toolEnv('redis-server'),
    health: { kind: 'tcp', ...context.at('redis') },
  }),
  answers: (context) => askRedis(context.at('redis')),
}

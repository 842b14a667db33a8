import { portOf } from '../compose/localize.ts'
import type { Part } from './part.ts'

export const moalogServer: Part = {
  id: 'moalog-server',
  title: 'moalog-server (stand-in)',
  ports: ['moalog-server'],
  listens: ({ environment }) => ({ 'moalog-server': portOf(environment['MOALOG_BIND'], 8090) }),
  tools: ['moalog-server'],
  needs: ['toxiproxy', 'mysql'],
  after: ['toxiproxy', 'mysql'],
  readyTimeoutMs: 20_000,
  launch: (context) => ({
    argv: [context.tool('moalog-server'), ...context.command.slice(1)],
    env: { ...context.environment, MOALOG_BIND: context.hostPort('moalog-server') },
    health: { kind: 'http', url: `http://${context.hostPort('moalog-server')}/health` },
  }),
}

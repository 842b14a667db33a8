import { portOf, takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

const LISTEN = '--web.listen-address'

export const mysqldExporter: Part = {
  id: 'mysqld-exporter',
  title: 'mysqld_exporter',
  ports: ['mysqld-exporter'],
  listens: ({ command }) => ({ 'mysqld-exporter': portOf(takeFlag(command, LISTEN).value, 9104) }),
  tools: ['mysqld-exporter'],
  needs: ['mysql'],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [context.tool('mysqld-exporter'), ...takeFlag(context.command, LISTEN).rest, `${LISTEN}=${context.hostPort('mysqld-exporter')}`],
    env: context.environment,
    health: { kind: 'tcp', ...context.at('mysqld-exporter') },
  }),
}

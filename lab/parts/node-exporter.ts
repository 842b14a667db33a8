import { portOf, takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

const LISTEN = '--web.listen-address'

export const nodeExporter: Part = {
  id: 'node-exporter',
  title: 'node_exporter',
  ports: ['node-exporter'],
  listens: ({ command }) => ({ 'node-exporter': portOf(takeFlag(command, LISTEN).value, 9100) }),
  tools: ['node-exporter'],
  needs: [],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [
      context.tool('node-exporter'),
      // A container has the machine's file systems below a folder; here they are where they are.
      ...takeFlag(takeFlag(context.command, LISTEN).rest, '--path.rootfs').rest,
      `${LISTEN}=${context.hostPort('node-exporter')}`,
    ],
    env: context.environment,
    health: { kind: 'http', url: `http://${context.hostPort('node-exporter')}/metrics` },
  }),
}

import { portOf, takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

const LISTEN = '--web.listen-address'

/** It is asked with the address to probe, so its configuration holds none: modules alone. */
export const blackboxExporter: Part = {
  id: 'blackbox-exporter',
  title: 'blackbox_exporter',
  ports: ['blackbox-exporter'],
  listens: ({ command }) => ({ 'blackbox-exporter': portOf(takeFlag(command, LISTEN).value, 9115) }),
  tools: ['blackbox-exporter'],
  needs: [],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [
      context.tool('blackbox-exporter'),
      ...takeFlag(context.command, LISTEN).rest,
      `${LISTEN}=${context.hostPort('blackbox-exporter')}`,
    ],
    env: context.environment,
    health: { kind: 'http', url: `http://${context.hostPort('blackbox-exporter')}/-/healthy` },
  }),
}

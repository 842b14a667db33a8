import { portOf } from '../compose/localize.ts'
import type { Part } from './part.ts'

export const paymentProvider: Part = {
  id: 'payment-provider',
  title: 'payment provider (stand-in)',
  ports: ['payment-provider'],
  listens: ({ environment }) => ({ 'payment-provider': portOf(environment['SERVER_PORT'], 8099) }),
  tools: ['payment-provider'],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [process.execPath, context.tool('payment-provider')],
    env: {
      ...context.environment,
      SERVER_ADDRESS: context.at('payment-provider').host,
      SERVER_PORT: String(context.at('payment-provider').port),
    },
    health: { kind: 'http', url: `http://${context.hostPort('payment-provider')}/health` },
  }),
}

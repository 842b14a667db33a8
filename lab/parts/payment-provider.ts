import type { Part } from './part.ts'

export const paymentProvider: Part = {
  id: 'payment-provider',
  title: 'payment provider (stand-in)',
  ports: ['payment-provider'],
  tools: ['payment-provider'],
  needs: [],
  after: [],
  readyTimeoutMs: 15_000,
  launch: (context) => ({
    argv: [process.execPath, context.tool('payment-provider')],
    env: { SERVER_ADDRESS: context.at('payment-provider').host, SERVER_PORT: String(context.at('payment-provider').port) },
    health: { kind: 'http', url: `http://${context.hostPort('payment-provider')}/health` },
  }),
}

import type { Part } from './part.ts'

export const moalogServer: Part = {
  id: 'moalog-server',
  title: 'moalog-server (stand-in)',
  ports: ['moalog-server'],
  tools: ['moalog-server'],
  needs: ['toxiproxy', 'mysql'],
  after: ['toxiproxy', 'mysql'],
  readyTimeoutMs: 20_000,
  launch: (context) => ({
    argv: [context.tool('moalog-server')],
    env: {
      MOALOG_BIND: context.hostPort('moalog-server'),
      DATABASE_URL: `mysql://moalog:${encodeURIComponent(context.secrets.MYSQL_PASSWORD)}@${context.hostPort('toxiproxy-mysql')}/moalog`,
      RATE_LIMITER_URL: `http://${context.hostPort('rate-limiter')}`,
      FLUXPAY_URL: `http://${context.hostPort('fluxpay-engine')}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://${context.hostPort('otel-grpc')}`,
      OTEL_SERVICE_NAME: 'moalog-server',
      // Off as the requirement has it.
      MOALOG_OTEL_ENABLED: context.moalogOtel ? 'true' : 'false',
      RUST_LOG: 'info',
    },
    health: { kind: 'http', url: `http://${context.hostPort('moalog-server')}/health` },
  }),
}

import { askHttp } from './ask.ts'
import type { Part } from './part.ts'
import type { PortName } from './ports.ts'

/** Proxy name -> where it listens; the name is also that of the port behind it. */
export const PROXIES = {
  'redis': 'toxiproxy-redis',
  'mysql': 'toxiproxy-mysql',
  'postgres': 'toxiproxy-postgres',
  'payment-provider': 'toxiproxy-payment-provider',
  'otel-http': 'toxiproxy-otlp',
} as const satisfies Partial<Record<PortName, PortName>>

/**
 * The services reach their stores, the payment provider and, with their spans, the collector through it; a proxy opens its upstream per
 * connection, so it may start first.
 */
export const toxiproxy: Part = {
  id: 'toxiproxy',
  title: 'Toxiproxy',
  ports: ['toxiproxy', ...Object.values(PROXIES)],
  tools: ['toxiproxy'],
  needs: [],
  after: [],
  readyTimeoutMs: 10_000,
  files: (context) => ({
    // By file and not by API, so that a Toxiproxy that is started again has them too.
    'proxies.json':
      JSON.stringify(
        Object.entries(PROXIES).map(([name, listen]) => ({
          name,
          listen: context.hostPort(listen),
          upstream: context.hostPort(name as keyof typeof PROXIES),
          enabled: true,
        })),
        null,
        2,
      ) + '\n',
  }),
  launch: (context) => ({
    argv: [
      context.tool('toxiproxy'),
      '-host',
      context.at('toxiproxy').host,
      '-port',
      String(context.at('toxiproxy').port),
      '-config',
      `${context.dir}/proxies.json`,
    ],
    env: { LOG_LEVEL: 'warn' },
    health: { kind: 'http', url: `http://${context.hostPort('toxiproxy')}/version` },
  }),
  answers: (context) =>
    askHttp(`http://${context.hostPort('toxiproxy')}/proxies`, async (response) => {
      const proxies = (await response.json()) as Record<string, { enabled: boolean }>
      return Object.keys(PROXIES).every((name) => proxies[name]?.enabled === true)
    }),
}

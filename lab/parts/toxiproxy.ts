import type { Proxy as ToxiproxyProxy } from '../../chaos/drivers/toxiproxy-driver.ts'
import { portOf, takeFlag } from '../compose/localize.ts'
import type { Container } from '../compose/compose-file.ts'
import { askHttp } from './ask.ts'
import type { Part, PartContext } from './part.ts'
import type { PortName } from './part-ports.ts'

/** Proxy name -> where it listens; the name is also that of the port behind it. */
export const PROXIES = {
  'redis': 'toxiproxy-redis',
  'mysql': 'toxiproxy-mysql',
  'postgres': 'toxiproxy-postgres',
  'payment-provider': 'toxiproxy-payment-provider',
  'otel-http': 'toxiproxy-otlp',
} as const satisfies Partial<Record<PortName, PortName>>

type Proxy = Omit<ToxiproxyProxy, 'toxics'>

const AGENTS = { name: 'otel-http', enabled: true }

/** The proxies that the compose file configures. */
function configured({ command, mounts }: Container): Proxy[] {
  const config = takeFlag(command, '-config', '--config').value
  const mount = mounts.find(({ target }) => target === config)
  return mount?.kind === 'text' ? (JSON.parse(mount.text) as Proxy[]) : []
}

/** Those, with the lab's addresses, and the one between the agents and the collector, which the lab has in each case. */
function proxies(context: PartContext): Proxy[] {
  return [
    ...configured(context.container)
      .filter(({ name }) => name !== AGENTS.name)
      .map((proxy) => ({ ...proxy, listen: context.local(proxy.listen), upstream: context.local(proxy.upstream) })),
    { ...AGENTS, listen: context.hostPort('toxiproxy-otlp'), upstream: context.hostPort('otel-http') },
  ]
}

/**
 * The services reach their stores, the payment provider and, with their spans, the collector through it; a proxy opens its upstream per
 * connection, so it may start first.
 */
export const toxiproxy: Part = {
  id: 'toxiproxy',
  title: 'Toxiproxy',
  ports: ['toxiproxy', ...Object.values(PROXIES)],
  listens: (container) => ({
    toxiproxy: portOf(takeFlag(container.command, '-port').value, 8474),
    ...Object.fromEntries(
      configured(container).flatMap(({ name, listen }) =>
        name in PROXIES ? [[PROXIES[name as keyof typeof PROXIES], portOf(listen, 0)]] : [],
      ),
    ),
  }),
  tools: ['toxiproxy'],
  readyTimeoutMs: 10_000,
  // By file and not by API, so that a Toxiproxy that is started again has them too.
  files: (context) => ({ 'proxies.json': JSON.stringify(proxies(context), null, 2) + '\n' }),
  launch: (context) => {
    const { rest } = takeFlag(takeFlag(takeFlag(context.command, '-host').rest, '-port').rest, '-config', '--config')
    const { host, port } = context.at('toxiproxy')
    return {
      argv: [context.tool('toxiproxy'), ...rest, '-host', host, '-port', String(port), '-config', `${context.dir}/proxies.json`],
      env: { ...context.environment, LOG_LEVEL: 'warn' },
      health: { kind: 'http', url: `http://${context.hostPort('toxiproxy')}/version` },
    }
  },
  answers: (context) =>
    askHttp(`http://${context.hostPort('toxiproxy')}/proxies`, async (response) => {
      const serving = (await response.json()) as Record<string, { enabled: boolean }>
      return proxies(context).every(({ name, enabled }) => serving[name]?.enabled === enabled)
    }),
}

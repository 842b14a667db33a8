import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import type { Target } from '../model/target.ts'
import { dockerSocket } from './docker-socket.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Sets what the .env beside docker-compose.yaml says and `env` does not: the environment wins, as in Docker Compose.
 * https://docs.docker.com/compose/how-tos/environment-variables/envvars-precedence/
 */
export function readComposeEnvironment(env: NodeJS.ProcessEnv, folder = ROOT): void {
  const file = join(folder, '.env')
  if (!existsSync(file)) return
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) env[name] ??= value
}

/**
 * Where containers reach this machine as host.docker.internal:host-gateway: the address of the default bridge. Undefined where the engine
 * runs in a virtual machine (Docker Desktop) and forwards to loopback.
 */
function hostGateway(interfaces = networkInterfaces()): string | undefined {
  return interfaces['docker0']?.find(({ family }) => family === 'IPv4')?.address
}

/** The platform as docker-compose.yaml brings it up, with the ports and passwords of its .env; ports else as in .env.example. */
export function composeTarget(env: NodeJS.ProcessEnv): Target {
  readComposeEnvironment(env)
  const at = (name: string, fallback: number): string => `http://127.0.0.1:${env[name] ?? fallback}`
  const socket = dockerSocket(env)
  const { NOTIFICATION_SINK_HOST: sink = 'host-gateway' } = env
  const gateway = sink === 'host-gateway' ? hostGateway() : sink
  const docker = (container: string): { docker: { container: string; socket: string } } => ({ docker: { container, socket } })
  const api = at('TOXIPROXY_PORT', 8474)
  const host = '127.0.0.1'
  const parts = {
    'redis': { ...docker('moalog-redis'), redis: { host, port: Number(env['REDIS_PORT'] ?? 6382) }, toxiproxy: { api, proxy: 'redis' } },
    'mysql': {
      ...docker('moalog-mysql'),
      mysql: { host, port: Number(env['MYSQL_PORT'] ?? 3307), user: 'root', passwordEnv: 'MYSQL_ROOT_PASSWORD' },
      toxiproxy: { api, proxy: 'mysql' },
    },
    'postgres': { ...docker('fluxpay-postgres'), toxiproxy: { api, proxy: 'postgres' } },
    'payment-provider': { toxiproxy: { api, proxy: 'payment-provider' } },
    'kafka': docker('fluxpay-kafka'),
    'moalog-server': docker('moalog-server'),
    'rate-limiter': docker('moalog-rate-limiter'),
    'fluxpay-engine': docker('fluxpay-engine'),
    // Without a container name of their own: <project>-<service>-1.
    'otel-collector': docker('moalog-otel-collector-1'),
    'jaeger': docker('moalog-jaeger-1'),
    'loki': docker('moalog-loki-1'),
    'promtail': docker('moalog-promtail-1'),
  }
  return {
    name: 'compose',
    kind: 'compose',
    deliveryProbes: true,
    endpoints: {
      prometheus: at('PROMETHEUS_PORT', 9091),
      alertmanager: at('ALERTMANAGER_PORT', 9095),
      loki: at('LOKI_PORT', 3100),
      jaeger: at('JAEGER_PORT', 16686),
      otlp: at('OTEL_GRPC_PORT', 4317),
      receiver: { host, port: Number(env['RECEIVER_PORT'] ?? 9199), ...(gateway === undefined ? {} : { also: [gateway] }) },
      services: {
        'rate-limiter': at('RATE_LIMITER_PORT', 8082),
        'fluxpay-engine': at('FLUXPAY_PORT', 8081),
        'moalog-server': at('MOALOG_SERVER_PORT', 8090),
      },
      toxiproxy: api,
    },
    parts: Object.fromEntries(Object.entries(parts).map(([name, drivers]) => [name, { name, ...drivers }])),
    grafanaDatasources: 'monitoring/grafana/provisioning/datasources/datasources.yml',
    configuration: 'monitoring',
  }
}

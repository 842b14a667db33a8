import type { TargetPart } from '../../verify/model/target.ts'

/** How Docker calls the container of a service, and by which means it may be harmed. */
export interface Deployed {
  docker(service: string): { docker: NonNullable<TargetPart['docker']> }
  /** What heap pressure in a container's JVM needs; empty where it is not built. */
  jvm: Pick<TargetPart, 'containerJvm'>
  /** What the container of a service has in its environment. */
  environment(service: string): Readonly<Record<string, string>>
}

const HOST = '127.0.0.1'
/** The proxy otel-http of docker-compose.yaml, as the services reach it. */
const AGENT_PROXY = 'http://toxiproxy:14318'

/** The parts of this platform on a Docker engine, and where they are asked: ports as in .env, else as in .env.example. */
export function deployedParts(
  env: NodeJS.ProcessEnv,
  { docker, jvm, environment }: Deployed,
): { parts: Record<string, Omit<TargetPart, 'name'>>; services: Record<string, string>; toxiproxy: string } {
  const at = (name: string, fallback: number): string => `http://${HOST}:${env[name] ?? fallback}`
  const agentsByProxy = ['rate-limiter', 'fluxpay-engine'].every(
    (service) => environment(service)['OTEL_EXPORTER_OTLP_ENDPOINT'] === AGENT_PROXY,
  )
  const api = at('TOXIPROXY_PORT', 8474)
  return {
    parts: {
      'redis': { ...docker('redis'), redis: { host: HOST, port: Number(env['REDIS_PORT'] ?? 6382) }, toxiproxy: { api, proxy: 'redis' } },
      'mysql': {
        ...docker('mysql'),
        mysql: { host: HOST, port: Number(env['MYSQL_PORT'] ?? 3307), user: 'root', passwordEnv: 'MYSQL_ROOT_PASSWORD' },
        toxiproxy: { api, proxy: 'mysql' },
      },
      'postgres': { ...docker('postgres'), toxiproxy: { api, proxy: 'postgres' } },
      'payment-provider': { toxiproxy: { api, proxy: 'payment-provider' } },
      'kafka': docker('kafka'),
      'redis-exporter': docker('redis-exporter'),
      'mysqld-exporter': docker('mysqld-exporter'),
      'moalog-server': docker('moalog-server'),
      'rate-limiter': { ...docker('rate-limiter'), ...jvm },
      'fluxpay-engine': { ...docker('fluxpay-engine'), ...jvm },
      'otel-collector': docker('otel-collector'),
      'jaeger': docker('jaeger'),
      'loki': docker('loki'),
      'promtail': docker('promtail'),
      // No container of its own: the endpoint that the agents send to, in front of a collector that stays up.
      ...(agentsByProxy ? { otlp: { toxiproxy: { api, proxy: 'otel-http' } } } : {}),
    },
    services: {
      'rate-limiter': at('RATE_LIMITER_PORT', 8082),
      'fluxpay-engine': at('FLUXPAY_PORT', 8081),
      'moalog-server': at('MOALOG_SERVER_PORT', 8090),
    },
    toxiproxy: api,
  }
}

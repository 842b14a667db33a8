import { FiredrillError } from '../../verify/model/error.ts'

/** Every port of the lab: the environment variable that moves it (listed in .env.example) and where it is otherwise. */
export interface PortEntry {
  env: string
  port: number
  /** What listens there. */
  what: string
}

export const PORTS = {
  'prometheus': { env: 'PROMETHEUS_PORT', port: 9091, what: 'Prometheus' },
  'alertmanager': { env: 'ALERTMANAGER_PORT', port: 9095, what: 'Alertmanager' },
  'loki': { env: 'LOKI_PORT', port: 3100, what: 'Loki' },
  'loki-grpc': { env: 'LOKI_GRPC_PORT', port: 9096, what: 'Loki, its own parts among themselves' },
  'promtail': { env: 'PROMTAIL_PORT', port: 9080, what: 'Promtail' },
  'jaeger': { env: 'JAEGER_PORT', port: 16686, what: 'Jaeger, queries' },
  'jaeger-grpc': { env: 'JAEGER_GRPC_PORT', port: 16685, what: 'Jaeger, queries over gRPC' },
  'jaeger-otlp': { env: 'JAEGER_OTLP_PORT', port: 14317, what: 'Jaeger, spans from the collector' },
  'jaeger-health': { env: 'JAEGER_HEALTH_PORT', port: 13134, what: 'Jaeger, health' },
  'otel-grpc': { env: 'OTEL_GRPC_PORT', port: 4317, what: 'OpenTelemetry Collector, OTLP over gRPC' },
  'otel-http': { env: 'OTEL_HTTP_PORT', port: 4318, what: 'OpenTelemetry Collector, OTLP over HTTP' },
  'otel-metrics': { env: 'OTEL_METRICS_PORT', port: 8889, what: 'OpenTelemetry Collector, its metrics' },
  'otel-health': { env: 'OTEL_HEALTH_PORT', port: 13133, what: 'OpenTelemetry Collector, health' },
  'redis-exporter': { env: 'REDIS_EXPORTER_PORT', port: 9121, what: 'redis_exporter' },
  'mysqld-exporter': { env: 'MYSQLD_EXPORTER_PORT', port: 9104, what: 'mysqld_exporter' },
  'moalog-server': { env: 'MOALOG_SERVER_PORT', port: 8090, what: 'moalog-server' },
  'rate-limiter': { env: 'RATE_LIMITER_PORT', port: 8082, what: 'rate-limiter' },
  'rjmx-rate-limiter': { env: 'RJMX_RATE_LIMITER_PORT', port: 9404, what: 'JMX exporter in rate-limiter' },
  'fluxpay-engine': { env: 'FLUXPAY_PORT', port: 8081, what: 'fluxpay-engine' },
  'rjmx-fluxpay': { env: 'RJMX_FLUXPAY_PORT', port: 9405, what: 'JMX exporter in fluxpay-engine' },
  'payment-provider': { env: 'PAYMENT_PROVIDER_PORT', port: 8099, what: 'payment provider' },
  'redis': { env: 'REDIS_PORT', port: 6382, what: 'Redis' },
  'mysql': { env: 'MYSQL_PORT', port: 3307, what: 'MariaDB' },
  'postgres': { env: 'POSTGRES_PORT', port: 5435, what: 'PostgreSQL' },
  'kafka': { env: 'KAFKA_PORT', port: 9092, what: 'Kafka' },
  'kafka-internal': { env: 'KAFKA_INTERNAL_PORT', port: 29092, what: 'Kafka, for the services' },
  'kafka-controller': { env: 'KAFKA_CONTROLLER_PORT', port: 9093, what: 'Kafka, its controller' },
  'toxiproxy': { env: 'TOXIPROXY_PORT', port: 8474, what: 'Toxiproxy, its API' },
  'toxiproxy-redis': { env: 'TOXIPROXY_REDIS_PORT', port: 16382, what: 'Toxiproxy in front of Redis' },
  'toxiproxy-mysql': { env: 'TOXIPROXY_MYSQL_PORT', port: 13307, what: 'Toxiproxy in front of MariaDB' },
  'toxiproxy-postgres': { env: 'TOXIPROXY_POSTGRES_PORT', port: 15435, what: 'Toxiproxy in front of PostgreSQL' },
  'toxiproxy-payment-provider': { env: 'TOXIPROXY_PAYMENT_PROVIDER_PORT', port: 18099, what: 'Toxiproxy in front of the payment provider' },
  'toxiproxy-otlp': { env: 'TOXIPROXY_OTLP_PORT', port: 14318, what: 'Toxiproxy in front of the collector, OTLP over HTTP' },
  // Of other platforms.
  'node-exporter': { env: 'NODE_EXPORTER_PORT', port: 9100, what: 'node_exporter' },
  'blackbox-exporter': { env: 'BLACKBOX_EXPORTER_PORT', port: 9115, what: 'blackbox_exporter' },
  'nginx': { env: 'NGINX_PORT', port: 8088, what: 'nginx' },
  /** Opened by a drill, not by the lab: Alertmanager's webhooks go there. */
  'receiver': { env: 'RECEIVER_PORT', port: 9199, what: 'the receiver of a drill' },
} as const satisfies Record<string, PortEntry>

export type PortName = keyof typeof PORTS
export const PORT_NAMES = Object.keys(PORTS) as PortName[]

export interface Address {
  host: string
  port: number
}

/** Where everything is to listen. Throws BAD_PORT for a value that is no port and for two names with one port. */
export function portsFrom(env: NodeJS.ProcessEnv): Record<PortName, number> {
  const ports = {} as Record<PortName, number>
  const taken = new Map<number, PortName>()
  for (const name of PORT_NAMES) {
    const entry: PortEntry = PORTS[name]
    const text = env[entry.env]
    const port = text === undefined || text === '' ? entry.port : Number(text)
    if (!Number.isInteger(port) || port < 1 || port > 65535) {
      throw new FiredrillError('BAD_PORT', `${entry.env}=${text} is not a port`, {
        next: `give ${entry.env} a number from 1 to 65535, or unset it (${entry.port})`,
      })
    }
    const other = taken.get(port)
    if (other !== undefined)
      throw new FiredrillError('BAD_PORT', `${PORTS[other].env} and ${entry.env} are both ${port}`, {
        next: 'give one of them another port',
      })
    taken.set(port, name)
    ports[name] = port
  }
  return ports
}

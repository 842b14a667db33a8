import type { Address, PortName } from '../parts/ports.ts'

/** Who listens where on the network of docker-compose.yaml, and which port of the lab that is. */
export const NETWORK = {
  'prometheus:9090': 'prometheus',
  'alertmanager:9093': 'alertmanager',
  'loki:3100': 'loki',
  'loki:9096': 'loki-grpc',
  'promtail:9080': 'promtail',
  'jaeger:16686': 'jaeger',
  'jaeger:16685': 'jaeger-grpc',
  'jaeger:4317': 'jaeger-otlp',
  'jaeger:14269': 'jaeger-health',
  'otel-collector:4317': 'otel-grpc',
  'otel-collector:4318': 'otel-http',
  'otel-collector:8889': 'otel-metrics',
  'otel-collector:13133': 'otel-health',
  'redis-exporter:9121': 'redis-exporter',
  'mysqld-exporter:9104': 'mysqld-exporter',
  'moalog-server:8090': 'moalog-server',
  'rate-limiter:8082': 'rate-limiter',
  'rate-limiter:9404': 'rjmx-rate-limiter',
  'fluxpay-engine:8081': 'fluxpay-engine',
  'fluxpay-engine:9405': 'rjmx-fluxpay',
  'notification-sink:9199': 'receiver',
} as const satisfies Record<string, PortName>

/** The table for `relocate`: `at` says where a port of the lab is. */
export function labNetwork(at: (port: PortName) => Address): Record<string, Address> {
  return Object.fromEntries(Object.entries(NETWORK).map(([address, port]) => [address, at(port)]))
}

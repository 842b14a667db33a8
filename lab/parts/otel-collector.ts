import type { Part } from './part.ts'

/** Jaeger 2 is an OpenTelemetry Collector with other parts built in: https://www.jaegertracing.io/docs/latest/architecture/ */
export const otelCollector: Part = {
  id: 'otel-collector',
  title: 'OpenTelemetry Collector',
  ports: ['otel-grpc', 'otel-http', 'otel-metrics', 'otel-health'],
  tools: ['jaeger'],
  needs: [],
  after: [],
  readyTimeoutMs: 20_000,
  files: (context) => ({ 'otel-collector.yml': context.monitoring.otelCollector }),
  launch: (context) => ({
    argv: [context.tool('jaeger'), '--config', `${context.dir}/otel-collector.yml`],
    env: {},
    // The port that every configuration of it has; the health extension is the configuration's own business.
    health: { kind: 'tcp', ...context.at('otel-http') },
  }),
}

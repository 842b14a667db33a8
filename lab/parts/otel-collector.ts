import { takeFlag } from '../compose/localize.ts'
import type { Part } from './part.ts'

/** Jaeger 2 is an OpenTelemetry Collector with other parts built in: https://www.jaegertracing.io/docs/latest/architecture/ */
export const otelCollector: Part = {
  id: 'otel-collector',
  title: 'OpenTelemetry Collector',
  ports: ['otel-grpc', 'otel-http', 'otel-metrics', 'otel-health'],
  // By otel-collector.yml, which lab/relocate/ moves.
  listens: () => ({ 'otel-grpc': 4317, 'otel-http': 4318, 'otel-metrics': 8889, 'otel-health': 13133 }),
  tools: ['jaeger'],
  readyTimeoutMs: 20_000,
  files: (context) =>
    context.monitoring(
      context.inPlaceOf('jaeger') === 'otel-collector-required' ? 'otelCollector 0.93' : 'otelCollector',
      takeFlag(context.container.command, '--config').value,
    ),
  launch: (context) => ({
    argv: [context.tool('jaeger'), ...context.command],
    env: context.environment,
    // The port that every configuration of it has; the health extension is the configuration's own business.
    health: { kind: 'tcp', ...context.at('otel-http') },
  }),
}

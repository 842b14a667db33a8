import { SpanStatusCode, trace, context as otelContext } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Telemetry } from './ports.ts'

/** The verifier's own spans, over OTLP gRPC into the same collector: also a probe of the trace path. `endpoint`: http://host:4317 */
export function openTelemetry(endpoint: string, runId: string): Telemetry {
  const sdk = new NodeSDK({
    serviceName: 'firedrill',
    traceExporter: new OTLPTraceExporter({ url: endpoint, timeoutMillis: 3000 }),
    instrumentations: [],
  })
  sdk.start()
  const tracer = trace.getTracer('firedrill')
  const root = tracer.startSpan('drill', { attributes: { 'firedrill.run': runId } })
  const rootContext = trace.setSpan(otelContext.active(), root)
  return {
    traceId: root.spanContext().traceId,
    span: (name, attributes, work) => otelContext.with(trace.getSpan(otelContext.active()) === undefined ? rootContext : otelContext.active(), () =>
      tracer.startActiveSpan(name, { attributes: { 'firedrill.run': runId, ...attributes } }, async (span) => {
        try {
          return await work()
        } catch (error) {
          span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
          throw error
        } finally {
          span.end()
        }
      })),
    shutdown: async () => {
      root.end()
      // A dead collector must not hold up the report; that its spans are missing is found by the judge.
      await Promise.race([sdk.shutdown().catch(() => undefined), new Promise((resolve) => { setTimeout(resolve, 4000).unref() })])
    },
  }
}

import { SpanStatusCode, trace, context as otelContext } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc'
import { NodeSDK } from '@opentelemetry/sdk-node'
import type { Credentials } from '../model/target.ts'
import type { Telemetry } from '../run/ports.ts'
import { redactText } from './redact.ts'
import { messageOf } from '../text/error-text.ts'

/**
 * The verifier's own spans, over OTLP gRPC into the same collector: also a probe of the trace path. `endpoint`: http://host:4317; without one
 * no span is sent.
 */
export function openTelemetry(
  endpoint: string | undefined,
  runId: string,
  credentials?: Credentials,
  secrets: readonly string[] = [],
): Telemetry {
  if (endpoint === undefined) return { traceId: null, span: (_name, _attributes, work) => work(), shutdown: () => Promise.resolve() }
  const sdk = new NodeSDK({
    serviceName: 'firedrill',
    traceExporter: exporter(endpoint, credentials),
    instrumentations: [],
  })
  sdk.start()
  const tracer = trace.getTracer('firedrill')
  const root = tracer.startSpan('drill', { attributes: { 'firedrill.run': runId } })
  const rootContext = trace.setSpan(otelContext.active(), root)
  return {
    traceId: root.spanContext().traceId,
    span: (name, attributes, work) =>
      otelContext.with(trace.getSpan(otelContext.active()) === undefined ? rootContext : otelContext.active(), () =>
        tracer.startActiveSpan(name, { attributes: { 'firedrill.run': runId, ...attributes } }, async (span) => {
          try {
            return await work()
          } catch (error) {
            span.setStatus({
              code: SpanStatusCode.ERROR,
              message: redactText(messageOf(error), secrets),
            })
            throw error
          } finally {
            span.end()
          }
        }),
      ),
    shutdown: async () => {
      root.end()
      // A dead collector must not hold up the report; that its spans are missing is found by the judge.
      await Promise.race([
        sdk.shutdown().catch(() => undefined),
        new Promise((resolve) => {
          setTimeout(resolve, 4000).unref()
        }),
      ])
    },
  }
}

/**
 * The exporter takes headers and a certificate by class instances of gRPC's own library, or by the variables that every OTLP exporter
 * knows.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
function exporter(endpoint: string, { headers = {}, tls }: Partial<Credentials> = {}): OTLPTraceExporter {
  const name = 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'
  const before = process.env[name]
  const pairs = Object.entries(headers).map((pair) => pair.map(encodeURIComponent).join('='))
  try {
    if (pairs.length > 0) process.env[name] = [...(before === undefined ? [] : [before]), ...pairs].join(',')
    // A path, read when the first span is sent.
    if (tls?.caFile !== undefined) process.env['OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE'] = tls.caFile
    return new OTLPTraceExporter({ url: endpoint, timeoutMillis: 3000 })
  } finally {
    // Read by now; no child process inherits them.
    if (before === undefined) Reflect.deleteProperty(process.env, name)
    else process.env[name] = before
  }
}

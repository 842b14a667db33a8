/**
 * What OpenTelemetry SDKs write into a service's own output when spans cannot be sent. Each is an expression of RE2 and of JavaScript
 * alike.
 */
export const EXPORT_ERRORS: readonly { sdk: string; pattern: string; source: string }[] = [
  // "Failed to export spans. The request could not be executed. Full error message: ..."; the gRPC exporter's other half begins alike. A
  // few a minute at most.
  {
    sdk: 'Java and its agent',
    pattern: 'Failed to export spans?\\b',
    source:
      'https://github.com/open-telemetry/opentelemetry-java/blob/main/exporters/common/src/main/java/io/opentelemetry/exporter/internal/http/HttpExporter.java',
  },
  {
    sdk: 'Java on Vert.x (Quarkus)',
    pattern: 'Failed to export TraceRequestMarshalers?\\b',
    source:
      'https://github.com/quarkusio/quarkus/blob/main/extensions/opentelemetry/runtime/src/main/java/io/quarkus/opentelemetry/runtime/exporter/otlp/sender/VertxGrpcSender.java',
  },
  {
    sdk: 'Rust',
    pattern: 'BatchSpanProcessor\\.(?:Flush\\.)?Export\\.?Error',
    source: 'https://github.com/open-telemetry/opentelemetry-rust/blob/main/opentelemetry-sdk/src/trace/span_processor.rs',
  },
  // Before 0.27, by the global error handler.
  {
    sdk: 'Rust, older',
    pattern: 'OpenTelemetry trace error occurred',
    source: 'https://github.com/open-telemetry/opentelemetry-rust/blob/v0.26.0/opentelemetry/src/global/error_handler.rs',
  },
  {
    sdk: 'Python',
    pattern: 'Failed to export (?:span batch|traces)\\b|encountered while exporting (?:span batch|traces)\\b',
    source:
      'https://github.com/open-telemetry/opentelemetry-python/blob/main/exporter/opentelemetry-exporter-otlp-proto-http/src/opentelemetry/exporter/otlp/proto/http/trace_exporter/__init__.py',
  },
  {
    sdk: 'Go',
    pattern: '\\btraces export: ',
    source: 'https://github.com/open-telemetry/opentelemetry-go/blob/main/exporters/otlp/otlptrace/exporter.go',
  },
  {
    sdk: 'JavaScript',
    pattern: 'OTLPExporterError',
    source: 'https://github.com/open-telemetry/opentelemetry-js/blob/main/experimental/packages/otlp-exporter-base/src/types.ts',
  },
]

/** Any of them. */
export const EXPORT_ERROR = EXPORT_ERRORS.map(({ pattern }) => `(?:${pattern})`).join('|')

const SHOWN_CHARS = 240

/**
 * The sentence in which a line says so: from its begin to the end of the text line or JSON string it stands in; undefined when it says no
 * such thing.
 */
export function exportErrorIn(line: string): string | undefined {
  const at = new RegExp(EXPORT_ERROR).exec(line)?.index
  if (at === undefined) return undefined
  // In JSON a line break is written \n, and a bare quote ends the string.
  const [sentence = ''] = line.slice(at).split(/\n|\\n|\\t|(?<!\\)"[,}]/, 1)
  return sentence.length > SHOWN_CHARS ? `${sentence.slice(0, SHOWN_CHARS)} [...]` : sentence.trimEnd()
}

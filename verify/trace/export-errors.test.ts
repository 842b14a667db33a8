import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RE2JS } from 're2js'
import { EXPORT_ERROR, EXPORT_ERRORS, exportErrorIn } from './export-errors.ts'

const said: [who: string, line: string, sentence: string][] = [
  [
    'the Java agent',
    '[otel.javaagent 2026-11-22 15:25:47:729 +0000] [OkHttp http://127.0.0.1:4999/...] ERROR io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. The request could not be executed. Full error message: Failed to connect to /127.0.0.1:4999\njava.net.ConnectException: Failed to connect\n\tat okhttp3',
    'Failed to export spans. The request could not be executed. Full error message: Failed to connect to /127.0.0.1:4999',
  ],
  [
    'the Java agent that speaks to a gRPC port',
    'WARN io.opentelemetry.exporter.internal.http.HttpExporter - Failed to export spans. Server responded with HTTP status code 404. Error message: Unable to parse response body',
    'Failed to export spans. Server responded with HTTP status code 404. Error message: Unable to parse response body',
  ],
  [
    'Quarkus',
    '2025-05-03 14:19:19,850 WARNING [io.qua.ope.run.exp.otl.sen.VertxGrpcSender] (vert.x-eventloop-thread-4) Failed to export TraceRequestMarshalers. The request could not be executed. Full error message: Connection refused',
    'Failed to export TraceRequestMarshalers. The request could not be executed. Full error message: Connection refused',
  ],
  [
    'a Java SDK inside a service that logs JSON',
    '{"message":"Failed to export spans. Server is UNAVAILABLE.\\nDetails","level":"ERROR"}',
    'Failed to export spans. Server is UNAVAILABLE.',
  ],
  [
    'a JSON line with quotes in it',
    '{"message":"Failed to export spans. Full error message: \\"x\\"","level":"ERROR"}',
    'Failed to export spans. Full error message: \\"x\\"',
  ],
  [
    'Rust',
    '2026-11-22T15:25:40.518036Z ERROR opentelemetry_sdk:  name="BatchSpanProcessor.ExportError" error="Operation failed: tcp connect error"',
    'BatchSpanProcessor.ExportError" error="Operation failed: tcp connect error"',
  ],
  [
    'Rust with an async runtime',
    'ERROR opentelemetry_sdk:  name="BatchSpanProcessor.Flush.ExportError" reason="InternalFailure" Failed during the export process',
    'BatchSpanProcessor.Flush.ExportError" reason="InternalFailure" Failed during the export process',
  ],
  [
    'Rust, older',
    'OpenTelemetry trace error occurred. Exporting failed to send batch: status code 12 (Unimplemented)',
    'OpenTelemetry trace error occurred. Exporting failed to send batch: status code 12 (Unimplemented)',
  ],
  [
    'Python over HTTP',
    'Failed to export span batch code: 401, reason: Unauthorized',
    'Failed to export span batch code: 401, reason: Unauthorized',
  ],
  [
    'Python over gRPC',
    'Transient error StatusCode.UNAVAILABLE encountered while exporting traces to localhost:4317, retrying in 1s.',
    'encountered while exporting traces to localhost:4317, retrying in 1s.',
  ],
  [
    'Go',
    '2026/11/22 15:25:40 traces export: context deadline exceeded: rpc error: code = Unavailable',
    'traces export: context deadline exceeded: rpc error: code = Unavailable',
  ],
  [
    'JavaScript',
    '{"stack":"OTLPExporterError: Bad Request\\n    at IncomingMessage","message":"Bad Request"}',
    'OTLPExporterError: Bad Request',
  ],
]
for (const [who, line, sentence] of said)
  test(`${who} says that spans could not be sent`, () => {
    assert.equal(exportErrorIn(line), sentence)
    assert.ok(RE2JS.compile(EXPORT_ERROR).matcher(line).find(), 'Loki finds it too')
  })

test('what is about something else is none', () => {
  for (const line of [
    'Failed to export metrics. The request could not be executed.',
    'Failed to export logs batch code: 401',
    'GET /traces/export 200',
    'Failed to export the order',
    'spans were lost at shutdown',
  ])
    assert.equal(exportErrorIn(line), undefined, line)
})

test('a line that lies is cut', () => assert.equal(exportErrorIn(`traces export: ${'x'.repeat(1_000_000)}`)?.length, 246))

test('each pattern is vouched for by its vendor', () => {
  for (const { pattern, source } of EXPORT_ERRORS) {
    assert.match(source, /^https:\/\/github\.com\//)
    assert.ok(
      said.some(([, line]) => new RegExp(pattern).test(line)),
      pattern,
    )
  }
})

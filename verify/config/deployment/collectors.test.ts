import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withStartedCollectors } from './collectors.ts'
import { configure } from '../configuration.ts'
import type { ConfigText } from '../yaml/cursor.ts'

const text = (file: string, content: string): ConfigText => ({ file, path: file, text: content, lineOffset: 0, columnOffset: 0 })
const started = (texts: ConfigText[]): ReturnType<typeof configure> => withStartedCollectors(configure(texts))
const compose = (more: string): ConfigText =>
  text(
    'compose.yaml',
    `services:\n  otel-collector:\n    image: otel/opentelemetry-collector:0.93.0\n    volumes: ["./otel:/etc/otel:ro"]\n${more}`,
  )
const base = text(
  'otel/base.yml',
  'receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:${env:PORT:-4317}" } } } }\nexporters:\n  otlp:\n    endpoint: a:4317\n    tls: { insecure: true }\nservice: { pipelines: { traces: { receivers: [otlp], exporters: [otlp] } } }\n',
)
const over = text('otel/over.yml', 'exporters:\n  otlp:\n    endpoint: ${env:HOST}:4317\n')

test('several --config are one configuration: the last one counts, each value knows its file', () => {
  const command =
    '    command: [--config=file:/etc/otel/base.yml, --config, /etc/otel/over.yml, "--config=yaml:exporters::otlp::timeout: 2s"]\n'
  const config = started([compose(`${command}    environment: { HOST: jaeger }\n`), base, over])
  const [collector, ...others] = config.collectors
  assert.equal(others.length, 0)
  assert.equal(collector?.string('exporters', 'otlp', 'endpoint'), 'jaeger:4317')
  assert.deepEqual(
    [collector.near('exporters', 'otlp', 'endpoint').place().file, collector.near('exporters', 'otlp', 'endpoint').place().line],
    ['otel/over.yml', 3],
  )
  assert.equal(collector.bool('exporters', 'otlp', 'tls', 'insecure'), true)
  assert.equal(collector.string('exporters', 'otlp', 'timeout'), '2s')
  assert.equal(collector.string('receivers', 'otlp', 'protocols', 'grpc', 'endpoint'), '0.0.0.0:4317')
})

test('a whole configuration in a variable; one source that is not known leaves the others unjudged', () => {
  const inVariable = started([
    compose(
      '    command: ["--config=env:CONFIG"]\n    environment:\n      CONFIG: |\n        receivers: { otlp: {} }\n        service: { pipelines: { traces: {} } }\n',
    ),
  ])
  assert.equal(inVariable.collectors.length, 1)
  assert.ok(inVariable.kinds.has('collector'))
  assert.equal(inVariable.collectors[0]?.near('receivers').place().line, 8)
  const remote = started([compose('    command: ["--config=/etc/otel/base.yml", "--config=https://example.com/x.yml"]\n'), base])
  assert.deepEqual(remote.collectors, [])
})

test('a variable of the container wins over the default, and one that nothing sets stays', () => {
  const of = (environment: string): string | undefined =>
    started([compose(`    command: [--config=/etc/otel/base.yml]\n${environment}`), base]).collectors[0]?.string(
      ...['receivers', 'otlp', 'protocols', 'grpc', 'endpoint'],
    )
  assert.equal(of('    environment: { PORT: "4319" }\n'), '0.0.0.0:4319')
  assert.equal(of('    env_file: .env\n'), '0.0.0.0:${env:PORT:-4317}', 'it may be set there')
})

test('a source that is no YAML is a problem with its place', () => {
  const { problems } = started([compose('    command: ["--config=env:CONFIG"]\n    environment:\n      CONFIG: |\n        a: b: c\n')])
  assert.deepEqual(
    problems.map(({ code, place }) => [code, place?.line]),
    [['CONFIG_YAML', 8]],
  )
})

test('--set is laid over every file, and knows its place in the command', () => {
  const command = '    command: [--set=exporters.otlp.endpoint=c:4317, --config=/etc/otel/base.yml, --set, exporters.otlp.timeout=3s]\n'
  const [collector] = started([compose(command), base]).collectors
  assert.equal(collector?.string('exporters', 'otlp', 'endpoint'), 'c:4317')
  assert.equal(collector.string('exporters', 'otlp', 'timeout'), '3s')
  assert.deepEqual(
    [collector.near('exporters', 'otlp', 'endpoint').place().file, collector.near('exporters', 'otlp', 'endpoint').place().line],
    ['compose.yaml', 5],
  )
})

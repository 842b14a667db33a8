import assert from 'node:assert/strict'
import { test } from 'node:test'
import { change, deployment, finds, lintOf, passes } from '../../../../testing/lint/lint-files.ts'

const [O, D] = ['otel-collector/otel-collector.yml', 'docker-compose.yaml']
const reader = (host: string): string => `readers: [{ pull: { exporter: { prometheus: { host: ${host}, port: 8889 } } } }]`

finds(
  'collector-is-reachable',
  'its own metrics on localhost',
  { file: O, from: 'address: 0.0.0.0:8889', to: 'address: 127.0.0.1:8889', line: 'address: 127.0.0.1:8889' },
  { file: O, from: 'address: 0.0.0.0:8889', to: 'address: localhost:8889', line: 'address: localhost:8889' },
  { file: O, from: 'address: 0.0.0.0:8889', to: reader('localhost'), line: 'host: localhost' },
  { file: O, from: 'address: 0.0.0.0:8889', to: reader('127.0.0.1'), line: 'host: 127.0.0.1' },
  { file: D, from: 'contrib:0.93.0', to: 'contrib:0.130.0', line: 'address: 0.0.0.0:8889', observed: '0.130' },
  {
    file: D,
    from: /build:\n {6}dockerfile_inline: \|\n {8}FROM otel[^]*?"\/otelcol-contrib"\]\n/,
    // Without `line`: that the image has no wget for the health check is a finding of its own.
    to: 'image: otel/opentelemetry-collector-contrib:latest\n',
  },
)
finds(
  'collector-is-reachable',
  'extensions that are asked and do not run',
  { file: O, from: '  extensions: [health_check]\n', to: '', line: 'service:', expected: 'health_check', observed: 'no extensions' },
  { file: O, from: '  extensions: [health_check]\n', to: '  extensions: []\n', line: 'extensions: []' },
  {
    file: O,
    from: '  extensions: [health_check]\n',
    to: '  extensions: [health_check, pprof]\n',
    line: '[health_check, pprof]',
    observed: 'does not start',
  },
  { file: O, from: '0.0.0.0:13133', to: '0.0.0.0:13134', line: '0.0.0.0:13134', expected: '13133' },
)
for (const [version, count] of [
  ['0.103.0', 0],
  ['0.104.0', 1],
  ['0.122.1', 1],
] as const)
  test(`collector-is-reachable: grpc: {} in ${version}`, async () => {
    const { texts } = await deployment()
    const newer = change(texts, D, 'contrib:0.93.0', `contrib:${version}`)
    const { findings } = await lintOf(change(newer, O, 'grpc:\n        endpoint: 0.0.0.0:4317', 'grpc: {}'), 'collector-is-reachable')
    assert.deepEqual(
      findings.map(({ expected, source }) => [expected, source.trim()]),
      count === 0 ? [] : [['endpoint: 0.0.0.0:4317', 'grpc: {}']],
    )
  })
passes('collector-is-reachable', 'an extension that nobody asks', O, 'extensions:\n  health', 'extensions:\n  pprof: {}\n  health')
passes('collector-is-reachable', 'readers on every address', O, 'address: 0.0.0.0:8889', reader('0.0.0.0'))
passes('collector-is-reachable', 'grpc: {} in 0.93', O, 'grpc:\n        endpoint: 0.0.0.0:4317', 'grpc: {}')

finds('collector-is-reachable', 'a path of its health that no one asks', {
  file: 'otel-collector.yml',
  from: '    endpoint: 0.0.0.0:13133',
  to: '    endpoint: 0.0.0.0:13133\n    path: /healthz',
  observed: '/healthz',
  line: 'path',
})

finds(
  'collector-is-reachable',
  'a health check at a port of no one',
  { file: 'docker-compose.yaml', from: 'http://127.0.0.1:13133/', to: 'http://127.0.0.1:13134/', line: ':13134/', observed: '13134' },
  { file: 'docker-compose.yaml', from: 'http://127.0.0.1:13133/', to: 'http://localhost:8080/', line: ':8080/', expected: '13133' },
  { file: 'docker-compose.yaml', from: 'http://127.0.0.1:13133/', to: 'http://127.0.0.1:3133/', line: ':3133/', observed: '3133' },
)
passes(
  'collector-is-reachable',
  'a health check at its metrics',
  'docker-compose.yaml',
  'http://127.0.0.1:13133/',
  'http://127.0.0.1:8889/metrics',
)

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { change, deployment, finds, lintOf } from '../../../../testing/lint/lint-files.ts'
import type { ConfigText } from '../../../config/yaml/cursor.ts'

const ID = 'log-receiver-is-whole'
const NAME = 'filelog.yml'
const text = readFileSync(new URL(`../../../../lab/versions/${NAME}`, import.meta.url), 'utf8')
const filelog: ConfigText = {
  file: `monitoring/otel-collector/${NAME}`,
  path: `monitoring/otel-collector/${NAME}`,
  text,
  lineOffset: 0,
  columnOffset: 0,
}
const LOKI = 'loki/loki.yml'
const otlp = (attributes: string): string =>
  `limits_config:\n  otlp_config:\n    resource_attributes:\n      attributes_config: [{ action: index_label, attributes: [${attributes}] }]\n`

finds(ID, 'a pattern that matches no file of a container', {
  file: 'otel-collector/otel-collector.yml',
  from: /^receivers:\n([^]*) {2}pipelines:\n/m,
  to: 'receivers:\n  file_log:\n    include: [/var/lib/docker/container/*/*-json.log]\n$1  pipelines:\n    logs: { receivers: [file_log], exporters: [otlp/jaeger] }\n',
  subject: 'file_log',
  observed: 'matches none',
})

/** The fixture with Loki 3, which indexes what the receiver gives, and the collector in Promtail's place. */
async function withFilelog(): Promise<ConfigText[]> {
  const { texts } = await deployment()
  const loki3 = change(texts, 'docker-compose.yaml', 'grafana/loki:2.9.0', 'grafana/loki:3.0.0')
  return [...change(loki3, LOKI, 'limits_config:\n', otlp('container, service, logstream, level')), filelog]
}

async function said(texts: ConfigText[]): Promise<string[]> {
  const { findings, problems } = await lintOf(texts, ID)
  assert.deepEqual(problems, [])
  return findings.map(({ severity, subject, expected, observed }) => `${severity} ${subject}: ${expected}; ${observed}`)
}

test('the configuration of the lab has all of it, and no other check calls it wrong', async () => {
  const texts = await withFilelog()
  assert.deepEqual(await said(texts), [])
  const { findings } = await lintOf(texts)
  assert.deepEqual(
    findings.filter(({ file, severity }) => file.endsWith(NAME) && severity !== 'note'),
    [],
  )
})

const BROKEN: [what: string, file: string, from: string | RegExp, to: string, finding: RegExp][] = [
  ['a folder that Docker has not', NAME, 'containers/*/*-json', 'container/*/*-json', /error file_log: .*did you mean .*matches none/],
  ['a file name that Docker has not', NAME, '*-json.log', '*.json', /error file_log: files of containers/],
  ['no pattern', NAME, 'include: [/var/lib/docker/containers/*/*-json.log]', 'include: []', /error file_log: include/],
  ['an attribute that is no resource attribute', NAME, 'resource.container', 'attributes.container', /error file_log: resource\.container/],
  ['a resource attribute of another name', NAME, 'resource.service', 'resource.services', /error file_log: resource\.service,.*services/],
  [
    'a way to an operator that there is not',
    NAME,
    'output: spring',
    'output: sprin',
    /error file_log: the id of an operator.*did you mean spring/,
  ],
  ['a storage that is not started', NAME, 'extensions: [file_storage]', 'extensions: []', /error file_log: one of service.extensions/],
  ['no storage', NAME, /^ +storage: .*\n/m, '', /warning file_log: storage/],
  ['an endpoint without /otlp', NAME, '3100/otlp', '3100', /error otlp_http\/loki: a path that ends with \/otlp/],
  ['an exporter that speaks gRPC', NAME, /otlp_http\/loki/g, 'otlp/loki', /error otlp\/loki: the exporter otlp_http/],
  [
    'lines that are given up',
    NAME,
    'retry_on_failure: { initial',
    'retry_on_failure: { enabled: false, initial',
    /warning otlp_http\/loki: true/,
  ],
  ['a Loki that does not index a label', LOKI, 'attributes: [container, ', 'attributes: [', /error container: container under otlp_config/],
  ['a Loki without OTLP', 'docker-compose.yaml', 'grafana/loki:3.0.0', 'grafana/loki:2.9.0', /error loki: Loki 3.0 or newer; Loki 2.9/],
]
for (const [what, file, from, to, finding] of BROKEN)
  test(`found: ${what}`, async () => {
    const found = await said(change(await withFilelog(), file, from, to))
    assert.ok(
      found.some((each) => finding.test(each)),
      found.join('\n') || 'nothing',
    )
  })

const RIGHT: [what: string, from: string | RegExp, to: string][] = [
  ['the older names of both components', /file_log|otlp_http/g, ''],
  ['files of Kubernetes', '/var/lib/docker/containers/*/*-json.log', '/var/log/pods/*/*/*.log'],
  ['files of a service', '/var/lib/docker/containers/*/*-json.log', '/srv/shop/*.log'],
  ['one container', '/var/lib/docker/containers/*/*-json.log', '/var/lib/docker/containers/0a1b*/*.log'],
  [
    'a label that a processor gives',
    /to: resource\.container([^]*)processors:\n([^]*)processors: \[/,
    'to: attributes.container$1processors:\n  resource: { attributes: [{ key: container, value: web, action: upsert }] }\n$2processors: [resource, ',
  ],
]
for (const [what, from, to] of RIGHT)
  test(`right as well: ${what}`, async () => {
    const old = (name: string): string => name.replace('_', '')
    const written = to === '' ? { ...filelog, text: text.replace(from, old) } : { ...filelog, text: text.replace(from, to) }
    assert.notEqual(written.text, text)
    const texts = (await withFilelog()).map((each) => (each === filelog ? written : each))
    assert.deepEqual(await said(texts), [])
  })

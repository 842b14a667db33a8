import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cutTraceId, deadLink } from '../grafana/derived-fields.ts'
import type { DerivedFields } from '../grafana/derived-fields.ts'
import { searchOf } from '../grafana/trace-to-logs.ts'
import { grafanaLinks } from './grafana-links.ts'

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)))
const OWN = '0af7651916cd43dd8448eb211c80319c'

const SPAN = {
  spanId: 'b7ad6b7169203331',
  operation: 'GET /',
  startUs: 1_700_000_000_000_000,
  durationUs: 5_000,
  attributes: { 'span.kind': 'server' },
}

test('the delivered data sources link both kinds of line, and lead back', () => {
  const links = grafanaLinks('monitoring/grafana/provisioning/datasources/datasources.yml', ROOT)
  const fields = links?.derivedFields
  assert.equal(fields?.error, undefined)
  assert.equal(grafanaLinks(join(ROOT, fields?.file ?? ''), ROOT)?.derivedFields.file, fields?.file, "told from the project's folder on")
  assert.deepEqual(
    grafanaLinks('monitoring/grafana/provisioning/datasources', ROOT)?.derivedFields.fields,
    fields?.fields,
    'a folder does as well',
  )
  for (const line of [`{"trace_id":"${OWN}"}`, `request status=200 trace_id=${OWN}`]) {
    const cut = cutTraceId({ line, labels: {} }, fields?.fields ?? [])
    assert.deepEqual([cut?.traceId, deadLink(cut?.field.links ?? [])], [OWN, undefined])
  }
  // What Jaeger keeps of an agent's resource: all but service.name.
  // https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/translator/jaeger
  const search = searchOf(links!.traceToLogs!, {
    traceId: OWN,
    span: SPAN,
    resource: { 'host.name': 'a', 'telemetry.sdk.language': 'java' },
  })
  assert.match(search.query ?? `none, for want of ${search.missing.join(', ')}`, new RegExp(OWN))
  assert.ok(search.fromMs < 1_700_000_000_000 && search.untilMs > 1_700_000_000_005)
})

function read(text: string): DerivedFields | undefined {
  writeFileSync(join(FOLDER, 'd.yml'), text)
  return grafanaLinks('d.yml', FOLDER)?.derivedFields
}
const FOLDER = mkdtempSync(join(tmpdir(), 'datasources-'))

test('every field of every Loki, those of labels as well; those of other sources are none', () => {
  const loki = (field: string): string => `  - { type: loki, jsonData: { derivedFields: [ ${field} ] } }\n`
  const read_ = read(
    `datasources:\n  - { type: prometheus, jsonData: { derivedFields: [ { matcherRegex: x } ] } }\n${loki('{ name: a, matcherRegex: "a=(1)" }, { name: b, matcherRegex: trace_id, matcherType: label }')}${loki('{ name: a, matcherRegex: "b=(1)" }')}  - { type: loki }\n`,
  )
  assert.deepEqual(
    read_?.fields.map(({ matcher, regex }) => [matcher, regex]),
    [
      ['line', 'a=(1)'],
      ['label', 'trace_id'],
      ['line', 'b=(1)'],
    ],
  )
})

test('no file, a file that is not there, one that is no YAML', () => {
  assert.equal(grafanaLinks(undefined, FOLDER), null)
  assert.match(grafanaLinks('gone.yml', FOLDER)?.derivedFields.error ?? '', /ENOENT/)
  const broken = read('datasources: [')
  assert.deepEqual(broken?.fields, [])
  assert.notEqual(broken.error, undefined)
})

import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { cutTraceId } from '../run/derived-fields.ts'
import { derivedFields } from './datasources.ts'

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)))
const OWN = '0af7651916cd43dd8448eb211c80319c'

test('the delivered data sources link both kinds of line', () => {
  const fields = derivedFields('monitoring/grafana/provisioning/datasources/datasources.yml', ROOT)
  assert.equal(fields?.error, undefined)
  assert.equal(derivedFields(join(ROOT, fields?.file ?? ''), ROOT)?.file, fields?.file, 'told from the project\'s folder on')
  for (const line of [`{"trace_id":"${OWN}"}`, `request status=200 trace_id=${OWN}`]) assert.equal(cutTraceId(line, fields?.regexes ?? [])?.traceId, OWN)
})

function read(text: string): ReturnType<typeof derivedFields> {
  writeFileSync(join(FOLDER, 'd.yml'), text)
  return derivedFields('d.yml', FOLDER)
}
const FOLDER = mkdtempSync(join(tmpdir(), 'datasources-'))

test('every field of every Loki that looks into the line; those of labels and of other sources are none', () => {
  const loki = (field: string): string => `  - { type: loki, jsonData: { derivedFields: [ ${field} ] } }\n`
  const fields = read(`datasources:\n  - { type: prometheus, jsonData: { derivedFields: [ { matcherRegex: x } ] } }\n${loki('{ matcherRegex: "a=(1)" }, { matcherRegex: trace_id, matcherType: label }')}${loki('{ matcherRegex: "b=(1)" }')}  - { type: loki }\n`)
  assert.deepEqual(fields, { file: 'd.yml', regexes: ['a=(1)', 'b=(1)'] })
})

test('no file, a file that is not there, one that is no YAML', () => {
  assert.equal(derivedFields(undefined, FOLDER), null)
  assert.match(derivedFields('gone.yml', FOLDER)?.error ?? '', /ENOENT/)
  const broken = read('datasources: [')
  assert.deepEqual(broken?.regexes, [])
  assert.notEqual(broken.error, undefined)
})

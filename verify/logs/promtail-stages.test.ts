import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Labels } from '../model/spec.ts'
import { openDocuments } from '../config/yaml/cursor.ts'
import { entryOf, runStages, UNSURE, type Entry } from './promtail-stages.ts'
import { cpuMs } from '../../testing/machine/cpu-time.ts'

function piped(stages: string, line: string, labels: Labels = {}): Entry {
  const [root] = openDocuments({
    file: 'p.yml',
    path: 'p.yml',
    text: `stages:\n${stages
      .trim()
      .split('\n')
      .map((each) => `  ${each}`)
      .join('\n')}\n`,
    lineOffset: 0,
    columnOffset: 0,
  })
  return runStages(entryOf(line, labels), root?.items('stages') ?? [])
}

const JSON_LINE = '{"@timestamp":"2026-11-22T15:23:37.012237Z","level":"info","mdc":{"trace_id":"abc"},"traceId":"def"}'

test('the form of JSON that Spring, ECS and logstash write', () => {
  const read = (expression: string, line = JSON_LINE): string | undefined =>
    piped(`- json: { expressions: { x: ${expression} } }`, line).extracted['x']
  assert.equal(read(`'"@timestamp"'`), '2026-11-22T15:23:37.012237Z')
  assert.equal(read('mdc.trace_id'), 'abc')
  assert.equal(read('trace_id || traceId'), 'def')
  assert.equal(read(`'"trace.id"'`, '{"trace.id":"ecs"}'), 'ecs')
  assert.equal(read('length(level)'), UNSURE)
})

test('what go-jmespath cannot parse keeps Promtail from starting', () => {
  for (const wrong of ["'@timestamp'", 'trace-id'])
    assert.match(piped(`- json: { expressions: { x: ${wrong} } }`, JSON_LINE).failures[0]?.message ?? 'none', /no JMESPath/)
})

test('a template changes the case of a level, and one that is not evaluated gives no value', () => {
  const level = (template: string): string | undefined =>
    piped(`- json: { expressions: { level: level } }\n- template: { source: level, template: '${template}' }`, JSON_LINE).extracted['level']
  assert.equal(level('{{ ToUpper .Value }}'), 'INFO')
  assert.equal(level('{{ .Value | ToUpper }}'), 'INFO')
  assert.equal(level('{{ .level | upper }}!'), 'INFO!')
  assert.equal(level('{{ if eq .Value "info" }}INFO{{ else }}OTHER{{ end }}'), UNSURE)
})

test('colours, replacements, packed lines', () => {
  assert.equal(piped('- decolorize: {}', '\u001b[32m INFO\u001b[0m x').line, ' INFO x')
  assert.equal(
    piped(`- replace: { expression: 'password=(\\S+)', replace: '***' }`, 'a password=x1 password=x2').line,
    'a password=*** password=***',
  )
  const packed = piped('- static_labels: { pod: a }\n- pack: { labels: [pod] }', 'x')
  assert.deepEqual([packed.line, packed.labels], ['{"pod":"a","_entry":"x"}', {}])
})

test('drop: all that is given has to hold', () => {
  const dropped = (config: string, line = JSON_LINE): boolean =>
    piped(`- json: { expressions: { level: level } }\n- drop: ${config}`, line).dropped
  assert.equal(dropped('{ source: level, value: info }'), true)
  assert.equal(dropped('{ source: [level], expression: "^debug$" }'), false)
  assert.equal(dropped('{ source: gone }'), false)
  assert.equal(dropped('{ longer_than: 50 }'), true)
  assert.equal(dropped('{ longer_than: 8kb }'), false)
  assert.equal(dropped('{ older_than: 24h }'), false)
  assert.equal(dropped('{ expression: "info", longer_than: 8kb }'), false, 'and, not or')
})

test('sampling and limits are losses; a limit that holds lines back is none', () => {
  assert.match(piped('- sampling: { rate: 0.5 }', 'x').losses[0]?.message ?? '', /50 %/)
  assert.equal(piped('- sampling: { rate: 1 }', 'x').losses.length, 0)
  assert.equal(piped('- limit: { rate: 10, burst: 20, drop: true }', 'x').losses[0]?.burst, 20)
  assert.equal(piped('- limit: { rate: 10, burst: 20 }', 'x').losses.length, 0)
})

test('times as Go reads them', () => {
  const read = (text: string, format: string, more = ''): boolean | null =>
    piped(`- regex: { expression: '^(?P<ts>.+)$' }\n- timestamp: { source: ts, format: '${format}'${more} }`, text).timestampRead
  for (const [text, format] of [
    ['2026-11-22T15:23:37.012237Z', 'RFC3339Nano'],
    ['2026-11-22 15:23:37,012', '2006-01-02 15:04:05,000'],
    ['2026-11-22 15:23:37.012', '2006-01-02 15:04:05'],
    ['2026-11-22T15:23:37.012+09:00', '2006-01-02T15:04:05.000Z07:00'],
    ['22/Nov/2026:15:23:37 +0000', '02/Jan/2006:15:04:05 -0700'],
    ['1795378599', 'Unix'],
    ['1795378599767', 'UnixMs'],
    ['1795378599.767', 'Unix'],
  ] as const)
    assert.equal(read(text, format), true, `${text} ${format}`)
  for (const [text, format] of [
    ['2026-11-22 15:23:37', '2006-02-01 15:04:05'],
    ['1795378599767', 'Unix'],
    ['1795378599', 'UnixMs'],
    ['2026-11-22 15:23:37', 'RFC3339'],
    ['2026-11-22 15:23:37', '2006-01-02 03:04:05'],
  ] as const)
    assert.equal(read(text, format), false, `${text} ${format}`)
  assert.equal(read('2026-11-22 15:23:37', 'RFC3339', ', fallback_formats: ["2006-01-02 15:04:05"]'), true)
})

test('a record of more lines than max_lines is torn', () => {
  const record = (more: string): Entry => piped(`- multiline: { firstline: '^\\d'${more} }`, '1 a\n b\n c')
  assert.equal(record('').together, true)
  assert.equal(record(', max_lines: 3').together, true)
  assert.match(record(', max_lines: 2').failures[0]?.message ?? '', /max_lines is 2/)
})

test("labels of a regex's groups, and what stays beside the line", () => {
  const entry = piped(
    `- regex: { expression: '(?P<level>INFO) (?P<id>\\w+)', labels_from_groups: true }\n- structured_metadata: { trace_id: id }`,
    'INFO t1',
  )
  // A label that goes beside the line is none any more.
  assert.deepEqual([entry.labels, entry.metadata], [{ level: 'INFO', id: '' }, { trace_id: 't1' }])
})

test('a layout of many months and a template without end are read in a moment', () => {
  const began = cpuMs()
  assert.equal(
    piped(
      `- json: { expressions: { t: level } }\n- timestamp: { source: t, format: '${'January'.repeat(30)}' }`,
      `{"level":"${'a'.repeat(60)}1"}`,
    ).timestampRead,
    false,
  )
  assert.equal(
    piped(`- json: { expressions: { t: level } }\n- template: { source: t, template: '${'{{'.concat(' '.repeat(4_000))}' }`, JSON_LINE)
      .dropped,
    false,
  )
  assert.ok(cpuMs() - began < 1_000)
})

test('a stage that is called like what every object has is none', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) assert.equal(piped(`- ${name}: { a: b }`, JSON_LINE).line, JSON_LINE)
})

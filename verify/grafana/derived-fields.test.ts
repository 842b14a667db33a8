import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutTraceId as cut, deadLink, fieldsOf, type Cut, type FieldConfig, type SourceConfig } from './derived-fields.ts'
import type { Labels } from '../model/spec.ts'
import { cpuMs } from '../../testing/machine/cpu-time.ts'

const OWN = '0af7651916cd43dd8448eb211c80319c'
const DEPLOYED = 'trace_id(?:"\\s*:\\s*"|="?)([0-9a-f]{32})'
const SOURCES: SourceConfig[] = [
  { type: 'loki', uid: 'loki' },
  { type: 'jaeger', uid: 'jaeger', name: 'Jaeger' },
]
const LINK = { datasourceUid: 'jaeger', url: '$${__value.raw}' }

function cutTraceId(line: string, configs: (string | FieldConfig)[], wanted?: string, labels: Labels = {}): Cut | null {
  return cut(
    { line, labels },
    fieldsOf(
      configs.map((config, index) => (typeof config === 'string' ? { ...LINK, name: String(index), matcherRegex: config } : config)),
      SOURCES,
    ),
    wanted,
  )
}

test('the trace id is the first group', () => {
  const found = cutTraceId(`{"trace_id":"${OWN}"}`, [DEPLOYED])
  assert.deepEqual([found?.traceId, found?.regex], [OWN, DEPLOYED])
  assert.equal(cutTraceId('nothing', ['trace_id=(\\w+)']), null)
  assert.equal(cutTraceId(`trace_id=${OWN}`, ['trace_id=(?:\\w+)']), null)
})

test('of several fields the one counts that gives what is wanted; without one, the first that fits', () => {
  const fields = ['order=(\\w+)', 'trace_id=(\\w+)']
  assert.equal(cutTraceId(`order=7 trace_id=${OWN}`, fields, OWN)?.traceId, OWN)
  assert.equal(cutTraceId(`order=7 trace_id=${OWN}`, fields)?.traceId, '7')
  assert.equal(cutTraceId('order=7', fields, OWN)?.traceId, '7')
})

test('what no browser takes for a regex is thrown, whichever field it is of', () => {
  assert.throws(() => cutTraceId(`trace_id=${OWN}`, ['trace_id=(\\w+)', '(?P<id>[0-9a-f]{32})'], OWN), /Invalid regular expression/)
})

test('a regex that a browser takes years for is no trouble here', () => {
  const began = cpuMs()
  assert.equal(cutTraceId(`${'a'.repeat(40)}!`, ['^((?:a+)+)$']), null)
  assert.ok(cpuMs() - began < 1_000)
})

test('what JavaScript alone knows, or means otherwise, is left to JavaScript', () => {
  assert.equal(cutTraceId(`trace_id=${OWN}`, ['(?<=trace_id=)(\\w{32})'])?.traceId, OWN)
  assert.equal(cutTraceId(`trace_id=${OWN}`, ['trace_id=([[:xdigit:]]{32})']), null, 'no class of POSIX there')
  assert.equal(cutTraceId(`trace_id=${OWN}`, ['\\Atrace_id=(\\w+)']), null, 'an A')
  assert.equal(cutTraceId(`trace_id=${OWN}`, ['(?:trace(?:_id)?=(?<id>[0-9a-f]{32})|(x))'])?.traceId, OWN)
})

test("a field that names a label takes that label's value, and what the line says is nothing to it", () => {
  const label = { ...LINK, name: 'Trace', matcherType: 'label', matcherRegex: '^trace_?id$' }
  assert.equal(cutTraceId('no id here', [label], OWN, { service: 'a', trace_id: OWN })?.traceId, OWN)
  assert.equal(cutTraceId(`trace_id=${OWN}`, [label], OWN, { service: 'a' }), null)
  assert.equal(
    cutTraceId('', [{ ...label, matcherRegex: 'trace' }], OWN, { trace_flags: '01', trace_id: OWN })?.traceId,
    '01',
    'the first label that fits, as Grafana does',
  )
})

test("of fields of one name only the first one's regex counts", () => {
  const [field] = fieldsOf(
    [
      { ...LINK, name: 'Trace', matcherRegex: 'traceId=(\\w+)' },
      { name: 'Trace', matcherRegex: 'trace_id=(\\w+)', url: 'http://jaeger/trace/$${__value.raw}' },
    ],
    SOURCES,
  )
  assert.deepEqual([field?.regex, field?.ignored, field?.links.length], ['traceId=(\\w+)', ['trace_id=(\\w+)'], 2])
  assert.equal(cut({ line: `trace_id=${OWN}`, labels: {} }, [field!]), null)
})

test('of two fields that give the same id the one is shown that opens it', () => {
  const found = cutTraceId(
    `trace_id=${OWN}`,
    [
      { name: 'Lines', matcherRegex: 'trace_id=(\\w+)', datasourceUid: 'loki', url: '{job="a"} |= "$${__value.raw}"' },
      'trace_id=(\\w{32})',
    ],
    OWN,
  )
  assert.equal(found?.regex, 'trace_id=(\\w{32})')
})

function dead(config: FieldConfig, sources = SOURCES): string | undefined {
  return deadLink(fieldsOf([{ name: 'Trace', matcherRegex: '(x)', ...config }], sources)[0]?.links ?? [])
}

test('a link that opens nothing is named with the reason', () => {
  assert.equal(dead(LINK), undefined)
  assert.equal(dead({ ...LINK, datasourceUid: 'Jaeger' }), undefined, 'by its name')
  assert.equal(dead({ url: 'http://jaeger.example/trace/$${__value.raw}' }), undefined)
  assert.equal(dead({ ...LINK, datasourceUid: '$JAEGER_UID' }), undefined, 'the variable is not known')
  assert.equal(dead({ ...LINK, datasourceUid: 'elsewhere' }, [{ type: 'loki', uid: 'loki' }]), undefined, 'it may be of another file')
  assert.equal(dead({ datasourceUid: 'tempo', url: '$${__value.raw}' }, [{ type: 'tempo', uid: 'tempo' }]), undefined)
  assert.match(dead({ ...LINK, datasourceUid: 'jager' }) ?? '', /"jager" names no data source/)
  assert.match(dead({ ...LINK, datasourceUid: 'loki' }) ?? '', /of type loki/)
  assert.match(dead({ ...LINK, url: '${__value.raw}' }) ?? '', /its query "" is not the value/)
  assert.match(dead({ datasourceUid: 'jaeger' }) ?? '', /its query ""/)
  assert.match(dead({ ...LINK, url: 'trace/$${__value.raw}' }) ?? '', /is not the value/)
  assert.match(dead({ url: 'http://jaeger.example/trace/' }) ?? '', /does not carry the value/)
  assert.match(dead({}) ?? '', /neither/)
})

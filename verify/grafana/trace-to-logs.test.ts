import assert from 'node:assert/strict'
import { test } from 'node:test'
import { searchOf, traceToLogsOf, type KnownSpan, type SpanSearch } from './trace-to-logs.ts'

const SOURCES = [
  { type: 'loki', uid: 'loki' },
  { type: 'jaeger', uid: 'jaeger' },
]
const KNOWN: KnownSpan = {
  traceId: 't1',
  span: { spanId: 's1', operation: 'GET /', startUs: 10_000_000, durationUs: 2_000, attributes: { 'http.route': '/a' } },
  resource: { 'host.name': 'h' },
}

function search(settings: Record<string, unknown>, key = 'tracesToLogsV2'): SpanSearch {
  const options = traceToLogsOf({ [key]: { datasourceUid: 'loki', ...settings } }, SOURCES)
  assert.ok(options)
  return searchOf(options, KNOWN)
}

test('attributes of the span and of its resource become labels, each by its name there', () => {
  assert.equal(
    search({ tags: [{ key: 'host.name', value: 'host' }, { key: 'http.route' }, { key: 'gone' }] }).query,
    '{host="h", http.route="/a"}',
  )
  assert.equal(
    search({ tags: [{ key: 'host.name', value: 'host' }], filterByTraceID: true, filterBySpanID: true }).query,
    '{host="h"} |="t1" |="s1"',
  )
})

test('without any of them Grafana shows no link', () => {
  assert.deepEqual(
    [
      search({ tags: [{ key: 'service.name', value: 'service' }], filterByTraceID: true }).query,
      search({ tags: [{ key: 'service.name' }] }).missing,
    ],
    [null, ['service.name']],
  )
  assert.equal(search({}).query, null, 'by default cluster, hostname, namespace, pod ...')
  assert.equal(search({ tags: ['host.name'] }).query, null, 'names alone are of the older form')
})

test('the older form: names alone, or mapped when that is switched on', () => {
  assert.equal(search({ tags: ['http.route'] }, 'tracesToLogs').query, '{http.route="/a"}')
  assert.equal(
    search({ tags: ['x'], mapTagNamesEnabled: true, mappedTags: [{ key: 'host.name', value: 'host' }] }, 'tracesToLogs').query,
    '{host="h"}',
  )
})

test("a query of one's own, with variables; one that the span does not have takes the link away", () => {
  const own = (query: string): SpanSearch => search({ customQuery: true, query, tags: [{ key: 'host.name', value: 'host' }] })
  assert.equal(own('{a="b"} |= "$${__span.traceId}"').query, '{a="b"} |= "t1"')
  assert.equal(
    own('{$${__tags}} | trace_id=`$${__trace.traceId:raw}` |= "$${__span.tags["http.route"]}" != "$${__span.spanId}"').query,
    '{host="h"} | trace_id=`t1` |= "/a" != "s1"',
  )
  assert.deepEqual(own('{service="$${__span.tags["service.name"]}"}').missing, ['__span.tags["service.name"]'])
  assert.equal(own('{a="b"} |= "${__span.traceId}"').query, '{a="b"} |= ""', 'one $: nothing is left of it')
  assert.equal(search({ customQuery: false, query: '{a="b"}', tags: [{ key: 'host.name', value: 'host' }] }).query, '{host="h"}')
})

test('an empty list of tags is none', () => {
  const [empty, absent] = [search({ tags: [] }), search({})]
  assert.deepEqual(empty, absent)
})

test("the window is the span's, shifted", () => {
  const { fromMs, untilMs } = search({ spanStartTimeShift: '-1m', spanEndTimeShift: '30s' })
  assert.deepEqual([fromMs, untilMs], [10_000 - 60_000, 10_002 + 30_000])
  assert.equal(traceToLogsOf({ tracesToLogsV2: { datasourceUid: 'loki', spanStartTimeShift: 'a minute' } }, [])?.startShiftMs, null)
})

test('where it leads', () => {
  const type = (uid: string, sources = SOURCES): unknown => traceToLogsOf({ tracesToLogsV2: { datasourceUid: uid } }, sources)?.type
  assert.deepEqual(
    [type('loki'), type('jaeger'), type('lokki'), type('elsewhere', [{ type: 'jaeger', uid: 'jaeger' }])],
    ['loki', 'jaeger', null, undefined],
  )
  assert.equal(traceToLogsOf({ tracesToLogsV2: {} }, SOURCES), undefined)
  assert.equal(traceToLogsOf(undefined, SOURCES), undefined)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Span } from '../../model/journal.ts'
import type { TraceSpec } from '../../model/spec.ts'
import { clipLine, clipTrace } from './clip.ts'
import { anyText } from '../../../testing/random/any-text.ts'

test('a line of a megabyte keeps its begin and what was looked for', () => {
  const line = `{"begin":1}${'x'.repeat(500_000)}request_id=s-7${'y'.repeat(500_000)}trace_id=0af7`
  const kept = clipLine({ timeNs: '1', line, labels: { service: 'shop' } }, ['s-7', 'trace_id=0af7', 'not there'])
  assert.ok(kept.line.length < 6_000, String(kept.line.length))
  assert.ok(kept.line.startsWith('{"begin":1}') && kept.line.includes('request_id=s-7') && kept.line.includes('trace_id=0af7'))
  assert.equal(kept.clipped, line.length)
})

test('an ordinary line stays as it is', () => {
  const line = { timeNs: '1', line: 'GET / 200', labels: { service: 'shop' } }
  assert.deepEqual(clipLine(line, ['GET']), line)
})

const span: Span = {
  spanId: 'a',
  parentSpanId: null,
  service: 's',
  operation: 'o',
  kind: 'server',
  startUs: 1,
  durationUs: 1,
  attributes: {},
  links: [],
  error: false,
}
const TRACE: TraceSpec = {
  id: 'p',
  because: 'test',
  request: { service: 'shop', method: 'GET', path: '/', headers: {}, expectStatus: 200 },
  tree: { service: 'shop', kind: 'server', attributes: {}, edge: 'child', children: [] },
  absent: [],
  maxDelayMs: 1,
  runAttribute: 'drill.run',
}

test('huge and countless attributes are cut, and the span says so', () => {
  const attributes = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`a${index}`, index === 0 ? 'v'.repeat(1_000_000) : 'v']))
  const [kept] = clipTrace({ traceId: 't', spans: [{ ...span, attributes }] }).spans
  assert.equal(kept?.clipped, 500 - 128 + 1)
  assert.ok(JSON.stringify(kept).length < 10_000)
})

test('a trace of a hundred thousand spans is kept in part, and says so', () => {
  const trace = clipTrace({ traceId: 't', spans: Array.from({ length: 100_000 }, () => span) })
  assert.deepEqual([trace.spans.length, trace.droppedSpans], [2_000, 98_000])
})

test('what was promised is kept, however much comes before it', () => {
  const promised = { ...TRACE, tree: { ...TRACE.tree, attributes: { 'http.request.method|http.method': '^GET$' } } }
  const filler = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`a${index}`, 'v']))
  const noise = Array.from({ length: 3_000 }, (_, index): Span => ({ ...span, spanId: `n${index}`, kind: 'internal' }))
  const trace = clipTrace(
    {
      traceId: 't',
      spans: [
        ...noise,
        {
          ...span,
          spanId: 'mine',
          service: 'shop',
          parentSpanId: 'above',
          attributes: { ...filler, 'http.method': 'GET', 'drill.run': 'r1' },
        },
        { ...span, spanId: 'above', kind: 'internal' },
      ],
    },
    promised,
  )
  assert.deepEqual([trace.spans.length, trace.droppedSpans], [2_000, 1_002])
  assert.deepEqual(
    trace.spans.slice(0, 2).map(({ spanId, attributes }) => [spanId, attributes['http.method'], attributes['drill.run']]),
    [
      ['mine', 'GET', 'r1'],
      ['above', undefined, undefined],
    ],
  )
  assert.equal(Object.keys(trace.spans[0]?.attributes ?? {}).length, 128)
})

test('what is kept is bounded whatever comes, and reads back from JSON the same', () => {
  const text = fc.oneof(anyText(), anyText({ minLength: 5_000, maxLength: 9_000 }))
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), fc.dictionary(text, text, { maxKeys: 5 }), (line, keep, labels) => {
      const kept = clipLine({ timeNs: '1', line, labels }, keep)
      const looked = keep.reduce((sum, wanted) => sum + wanted.length, 0)
      assert.ok(kept.line.length <= 4_096 + looked + keep.length * 600)
      for (const wanted of keep) if (line.includes(wanted)) assert.ok(kept.line.includes(wanted))
      assert.deepEqual(JSON.parse(JSON.stringify(kept)), kept)
    }),
    { numRuns: 60 },
  )
})

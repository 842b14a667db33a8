import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span, Trace } from '../../model/journal.ts'
import type { SpanSpec } from '../../model/spec.ts'
import { isWhole } from '../../trace/match.ts'
import { withLinked } from './linked-spans.ts'
import type { JaegerSource } from '../ports.ts'

const span = (spanId: string, parentSpanId: string | null, kind: string, links: Span['links'] = []): Span => ({
  spanId,
  parentSpanId,
  service: kind === 'consumer' ? 'stock' : 'shop',
  operation: 'orders',
  kind,
  startUs: 0,
  durationUs: 1,
  attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
  links,
  error: false,
})
const spec = (kind: SpanSpec['kind'], edge: SpanSpec['edge'], children: SpanSpec[] = []): SpanSpec => ({
  service: kind === 'consumer' ? 'stock' : 'shop',
  kind,
  attributes: { 'messaging.system': '^kafka$', 'messaging.destination.name|messaging.destination': '^orders$' },
  edge,
  children,
})
const TREE = spec('server', 'child', [spec('producer', 'child', [spec('consumer', 'link')])])
const FOUND: Trace = { traceId: '0a', spans: [span('s', 'caller', 'server'), span('p', 's', 'producer')] }
/** A batch: received once, processed for two producers of different traces. */
const BATCH: Trace = {
  traceId: 'bb',
  spans: [
    span('r', null, 'consumer'),
    span('k', 'r', 'consumer', [
      { traceId: 'a', spanId: 'p' },
      { traceId: 'cc', spanId: 'q' },
    ]),
    span('d', 'k', 'client'),
    span('e', 'r', 'client'),
  ],
}

function store(answers: Trace[]): { asked: unknown[]; jaeger: Pick<JaegerSource, 'tagged'> } {
  const asked: unknown[] = []
  return { asked, jaeger: { tagged: (...question) => (asked.push(question), Promise.resolve(answers)) } }
}

test('a consumer in a trace of its own is found by its link, with what it did', async () => {
  const { asked, jaeger } = store([{ traceId: 'dd', spans: [span('x', null, 'consumer', [{ traceId: 'cc', spanId: 'p' }])] }, BATCH])
  const whole = await withLinked(TREE, FOUND, jaeger, 1_000, 9_000)
  assert.deepEqual(
    whole.spans.map(({ spanId, parentSpanId }) => [spanId, parentSpanId]),
    [
      ['s', 'caller'],
      ['p', 's'],
      ['k', null],
      ['d', 'k'],
    ],
  )
  assert.ok(isWhole(TREE, whole))
  assert.deepEqual(asked, [['stock', { 'messaging.system': 'kafka' }, 0, 9_000, 200]])
})

test('without a promised link, or with the consumer in the trace, nobody is asked', async () => {
  const { asked, jaeger } = store([BATCH])
  assert.equal(await withLinked(spec('server', 'child', [spec('producer', 'child')]), FOUND, jaeger, 1_000, 9_000), FOUND)
  const there = { ...FOUND, spans: [...FOUND.spans, span('k', null, 'consumer', [{ traceId: '0a', spanId: 'p' }])] }
  assert.equal(await withLinked(TREE, there, jaeger, 1_000, 9_000), there)
  assert.deepEqual(asked, [])
})

test('a consumer that links to nothing of this trace is not taken', async () => {
  const { jaeger } = store([{ ...BATCH, spans: BATCH.spans.map((each) => ({ ...each, links: [] })) }])
  assert.deepEqual((await withLinked(TREE, FOUND, jaeger, 1_000, 9_000)).spans, FOUND.spans)
})

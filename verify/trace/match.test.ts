import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Span } from '../model/journal.ts'
import type { SpanSpec } from '../model/spec.ts'
import { isWhole, matchPromised, matchTree, orphans, rootsOf } from './match.ts'

const span = (spanId: string, parentSpanId: string | null, kind = 'internal', service = 'shop'): Span => ({
  spanId,
  parentSpanId,
  service,
  operation: 'x',
  kind,
  startUs: 0,
  durationUs: 1,
  attributes: { 'db.system': 'redis' },
  links: [],
  error: false,
})
const spec = (kind: SpanSpec['kind'], ...children: SpanSpec[]): SpanSpec => ({
  service: 'shop',
  kind,
  attributes: { 'db.system.name|db.system': '^redis$' },
  edge: 'child',
  children,
})
const TREE = spec('server', spec('client'), spec('producer', spec('consumer')))

test('whole is what has every promised span below its parent and no orphan', () => {
  const all = [
    span('s', 'caller', 'server'),
    span('i', 's'),
    span('c', 'i', 'client'),
    span('p', 'i', 'producer'),
    span('k', 'p', 'consumer'),
  ]
  assert.ok(isWhole(TREE, { traceId: 't', spans: all }))
  for (const { spanId } of all) assert.ok(!isWhole(TREE, { traceId: 't', spans: all.filter((each) => each.spanId !== spanId) }), spanId)
  assert.ok(!isWhole(TREE, { traceId: 't', spans: [...all, span('o', 'lost')] }))
})

test('one span is taken for one promise, however often it is stored', () => {
  const twice = spec('server', spec('client'), spec('client'))
  const spans = [span('s', null, 'server'), span('c', 's', 'client'), span('c', 's', 'client')]
  assert.equal(matchTree(twice, { traceId: 't', spans }, true).filter(({ span: found }) => found !== undefined).length, 2)
})

test("a gateway before the promised entry belongs to the caller's side", () => {
  const spans = [span('g', 'caller', 'server', 'gateway'), span('s', 'g', 'server'), span('o', 'caller', 'internal')]
  const root = spans[1]
  assert.deepEqual(orphans({ traceId: 't', spans }, root), [])
  assert.deepEqual(
    rootsOf({ traceId: 't', spans: [...spans, span('x', null)] }, root).map(({ spanId }) => spanId),
    ['g', 'x'],
  )
})

test("spans that are each other's parents end every walk", () => {
  const spans = [span('s', 'c', 'server'), span('c', 's', 'client')]
  assert.doesNotThrow(() => [
    matchPromised(TREE, { traceId: 't', spans }),
    orphans({ traceId: 't', spans }, spans[0]),
    rootsOf({ traceId: 't', spans }, spans[0]),
  ])
})

test('spans at the end of a long chain are matched in a moment', () => {
  const chain = Array.from({ length: 5_000 }, (_, index) => span(`i${index}`, index === 0 ? null : `i${index - 1}`))
  const alike = ['server', 'client', 'producer', 'consumer'].flatMap((kind) =>
    Array.from({ length: 200 }, (_, index) => span(`${kind}${index}`, kind === 'server' ? null : 'i4999', kind)),
  )
  const before = process.cpuUsage()
  matchPromised(TREE, { traceId: 't', spans: [...chain, ...alike] })
  // CPU time: a busy machine is no slow algorithm.
  const { user } = process.cpuUsage(before)
  assert.ok(user < 3_000_000, `${user / 1_000} ms`)
})

test('thousands of spans that all look alike are matched in a moment', () => {
  const spans = ['server', 'client', 'producer', 'consumer'].flatMap((kind) =>
    Array.from({ length: 2_500 }, (_, index) => span(`${kind}${index}`, 'nobody', kind)),
  )
  const before = process.cpuUsage()
  matchPromised(TREE, { traceId: 't', spans })
  // CPU time: a busy machine is no slow algorithm.
  const { user } = process.cpuUsage(before)
  assert.ok(user < 3_000_000, `${user / 1_000} ms`)
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { SPANS, TRACE_SPEC, traceRun, verdictOf, withSpec } from '../../../../testing/journals/honest-run.ts'

test('spans below their parents pass', () => {
  const verdict = verdictOf(traceRun(SPANS), 'trace-connected')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a span beside its parent instead of below fails', () => {
  const verdict = verdictOf(traceRun(SPANS.map((span) => (span.spanId === 'e' ? { ...span, parentSpanId: 'c' } : span))), 'trace-connected')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /not below shop producer/)
  assert.match(verdict.diagnosis ?? '', /propagators/)
})

test('a span without its parent fails', () => {
  const verdict = verdictOf(
    traceRun([...SPANS, { ...SPANS[1], spanId: 'y', parentSpanId: 'lost' } as (typeof SPANS)[number]]),
    'trace-connected',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /parent is missing/)
})

test('without a trace it follows trace-complete', () => {
  const verdict = verdictOf(traceRun(null), 'trace-connected')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

const alone = (...spanIds: string[]): typeof SPANS => SPANS.filter(({ spanId }) => !spanIds.includes(spanId))

test("a span that is missing, or only lacks an attribute, is trace-complete's finding alone", () => {
  for (const spans of [
    SPANS.map((span) => (span.spanId === 'a' ? { ...span, attributes: {} } : span)),
    SPANS.map((span) => (span.spanId === 'd' ? { ...span, operation: 'send' } : span)),
  ]) {
    assert.equal(verdictOf(traceRun(spans), 'trace-complete').status, 'fail')
    const verdict = verdictOf(traceRun(spans), 'trace-connected')
    assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  }
})

test('below a span that is missing a child hangs below the next one above', () => {
  const without = alone('d').map((span) => (span.spanId === 'e' ? { ...span, parentSpanId: 'b' } : span))
  assert.equal(verdictOf(traceRun(without), 'trace-connected').status, 'pass')
  assert.equal(
    verdictOf(traceRun(alone('d').map((span) => (span.spanId === 'e' ? { ...span, parentSpanId: 'caller' } : span))), 'trace-connected')
      .status,
    'fail',
  )
})

test('a second root fails, whoever began it', () => {
  const verdict = verdictOf(
    traceRun([...SPANS, { ...SPANS[1], spanId: 'y', parentSpanId: null, operation: 'cleanup' } as (typeof SPANS)[number]]),
    'trace-connected',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /more than one root: .*"POST \/orders".*"cleanup"/)
})

test('a service whose first span lost its parent is no second root', () => {
  const spans = SPANS.map((span) => (span.spanId === 'a' ? { ...span, parentSpanId: null } : span))
  assert.equal(verdictOf(traceRun(spans), 'trace-connected').status, 'pass')
})

test('what only a link ties to the trace is no second root', () => {
  const linked = SPANS.map((span) =>
    span.spanId === 'e' ? { ...span, parentSpanId: null, links: [{ traceId: 't1', spanId: 'd' }] } : span,
  )
  const [root, ...rest] = TRACE_SPEC.tree.children
  const tree = {
    ...TRACE_SPEC.tree,
    children: [root!, ...rest.map((child) => ({ ...child, children: child.children.map((last) => ({ ...last, edge: 'link' as const })) }))],
  }
  assert.equal(verdictOf(withSpec(traceRun(linked), { traces: [{ ...TRACE_SPEC, tree }] }), 'trace-connected').status, 'pass')
})

test('what a consumer does is not taken for what the request was to do', () => {
  // The query of the request is gone; that of the consumer looks like it.
  const spans = [...alone('c'), { ...SPANS[2]!, spanId: 'f', parentSpanId: 'e' }]
  const verdict = verdictOf(traceRun(spans), 'trace-connected')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /db\.system=postgresql.* is there, but not below shop server/)
})

test('a sidecar in between that nobody promised is a hop', () => {
  const hop = { ...SPANS[1]!, service: 'mesh', kind: 'client' }
  const spans = [
    ...SPANS.map((span) => (span.spanId === 'd' ? { ...span, parentSpanId: 'h2' } : span)),
    { ...hop, spanId: 'h1', parentSpanId: 'b', kind: 'server' },
    { ...hop, spanId: 'h2', parentSpanId: 'h1' },
  ]
  assert.equal(verdictOf(traceRun(spans), 'trace-connected').status, 'pass')
})

test('names of services do not run into the sentence', () => {
  const verdict = verdictOf(
    traceRun([...SPANS, { ...SPANS[1], spanId: 'y', parentSpanId: 'lost', operation: 'a\nb' } as (typeof SPANS)[number]]),
    'trace-connected',
  )
  assert.match(verdict.observed, /e\.g\. shop "a\\nb"/)
})

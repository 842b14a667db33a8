import { test } from 'node:test'
import assert from 'node:assert/strict'
import { traceRun, verdictOf, SPANS } from '../testing.ts'

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
  const verdict = verdictOf(traceRun([...SPANS, { ...SPANS[1], spanId: 'y', parentSpanId: 'lost' } as (typeof SPANS)[number]]), 'trace-connected')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /parent is missing/)
})

test('without a trace it follows trace-complete', () => {
  const verdict = verdictOf(traceRun(null), 'trace-connected')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, Span } from '../../model/journal.ts'
import type { TraceSpec } from '../../model/spec.ts'
import { SPANS, TRACE_SPEC, traceRun, verdictOf, withSpec } from '../testing.ts'

const failing = (...ids: string[]): Span[] => SPANS.map((span) => ({ ...span, error: ids.includes(span.spanId) }))

function answering(status: number, spans: Span[], change: Partial<TraceSpec['tree']> = {}): Journal {
  return withSpec(traceRun(spans, { status }), { traces: [{ ...TRACE_SPEC, request: { ...TRACE_SPEC.request, expectStatus: status }, tree: { ...TRACE_SPEC.tree, ...change } }] })
}
const judged = (...args: Parameters<typeof answering>): ReturnType<typeof verdictOf> => verdictOf(answering(...args), 'trace-error-status')

test('a 201 without an error, a 429 without, a 502 with one', () => {
  assert.equal(judged(201, failing()).status, 'pass')
  assert.equal(judged(429, failing()).status, 'pass')
  assert.equal(judged(502, failing('a')).status, 'pass')
})

test('a 502 that nobody marked is found', () => {
  const verdict = judged(502, failing())
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /shop server span .* is not marked as an error/)
})

test('a 429 that is marked is found', () => assert.equal(judged(429, failing('a')).status, 'fail'))

test('what the specification says of a child counts, what it does not say does not', () => {
  const children = TRACE_SPEC.tree.children.map((child) => (child.kind === 'client' ? { ...child, error: true } : child))
  assert.equal(judged(502, failing('a', 'c'), { children }).status, 'pass')
  assert.equal(judged(502, failing('a'), { children }).status, 'fail')
  assert.equal(judged(502, failing('a', 'd'), { children: TRACE_SPEC.tree.children }).status, 'pass')
})

test('without a trace, or without the span, there is nothing to say besides', () => {
  assert.equal(verdictOf(traceRun(null), 'trace-error-status').status, 'skipped')
  assert.equal(judged(201, SPANS.filter(({ spanId }) => spanId !== 'a')).status, 'skipped')
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, Span } from '../../../model/journal.ts'
import type { TraceSpec } from '../../../model/spec.ts'
import { SPANS, TRACE_SPEC, traceRun, verdictOf, withSpec } from '../../../../testing/journals/honest-run.ts'

const failing = (...ids: string[]): Span[] => SPANS.map((span) => ({ ...span, error: ids.includes(span.spanId) }))

function answering(status: number, spans: Span[], change: Partial<TraceSpec['tree']> = {}): Journal {
  return withSpec(traceRun(spans, { status }), {
    traces: [{ ...TRACE_SPEC, request: { ...TRACE_SPEC.request, expectStatus: status }, tree: { ...TRACE_SPEC.tree, ...change } }],
  })
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
  assert.equal(
    judged(
      201,
      SPANS.filter(({ spanId }) => spanId !== 'a'),
    ).status,
    'skipped',
  )
})

test('who took the mark away, or set it, is told by what else the span says', () => {
  const said = (status: number, error: boolean, attributes: Record<string, string>): string =>
    judged(
      status,
      SPANS.map((span) => (span.spanId === 'a' ? { ...span, error, attributes: { ...span.attributes, ...attributes } } : span)),
    ).diagnosis ?? ''
  assert.match(said(502, false, { 'error.type': '502' }), /^Collector, processor: .*error\.type=502.*transform/)
  assert.match(said(502, false, { 'otel.status_code': 'OK' }), /^Status: .*sets it to OK/)
  assert.match(said(502, false, {}), /^Instrumentation: .*5xx/)
  assert.match(said(429, true, { 'error.type': '429' }), /^Instrumentation: .*429.*client's/)
  assert.match(said(201, true, { 'http.response.status_code': '201' }), /^Status: /)
})

test('of two spans alike the one that hangs in the tree counts', () => {
  const inner = { ...SPANS[0]!, spanId: 'i', parentSpanId: 'c', error: true }
  assert.equal(judged(201, [inner, ...SPANS]).status, 'pass')
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, Span } from '../../../model/journal.ts'
import { SPANS, alter, traceRun, verdictOf } from '../../../../testing/journals/honest-run.ts'

const STAMP = 'r-2026 path-order'
/** As many requests as there are names of the entry span. */
const called = (...names: string[]): Journal => {
  let index = 0
  const stamped = alter(traceRun(SPANS), 'trace-probe', (entry) => ({ ...entry, stamp: `${STAMP}-${entry.traceId}` }))
  return alter(stamped, 'trace', (entry) => {
    const name = names[index++] ?? 'POST /orders'
    return {
      ...entry,
      trace: { traceId: entry.traceId, spans: SPANS.map((span): Span => (span.spanId === 'a' ? { ...span, operation: name } : span)) },
    }
  })
}
const judged = (...names: string[]): ReturnType<typeof verdictOf> => verdictOf(called(...names), 'trace-named')

test('the same names in each trace pass, whatever they are', () => {
  for (const name of ['POST /orders', 'POST', 'HTTP POST', '/orders', 'OrderController.create'])
    assert.equal(judged(name, name).status, 'pass', name)
})

test("a name with the request's stamp, plain or as in an address, or with its trace id is found", () => {
  for (const name of [`POST /orders?stamp=${STAMP}-t1`, `POST /orders?stamp=${encodeURIComponent(STAMP)}-t1`]) {
    const verdict = judged(name, name)
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, /in trace t1 shop server span is called "POST \/orders\?stamp=r-2026/)
    assert.match(verdict.diagnosis ?? '', /^Span name: .*transform/)
  }
})

test('names that never recur hold an id, whatever it is', () => {
  const verdict = judged('GET /orders/4711', 'GET /orders/4712')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /no two server spans of shop have the same name: "GET \/orders\/4711", "GET \/orders\/4712"/)
})

test('a span that is made now and then does not make the others different', () => {
  const journal = alter(called('POST /orders', 'POST /orders'), 'trace', (entry) =>
    entry.traceId === 't1' && entry.trace !== null
      ? { ...entry, trace: { ...entry.trace, spans: [...entry.trace.spans, { ...SPANS[2]!, spanId: 'n', operation: 'SELECT stock' }] } }
      : entry,
  )
  assert.equal(verdictOf(journal, 'trace-named').status, 'pass')
})

test('without a trace it follows trace-complete', () => assert.equal(verdictOf(traceRun(null), 'trace-named').status, 'skipped'))

import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalBody } from '../../model/journal.ts'
import { traceRun, verdictOf, withEntries, SPANS } from '../testing.ts'

test('the promised spans pass, others may be between', () => {
  const verdict = verdictOf(traceRun(SPANS), 'trace-complete')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('no trace at all points at the collector', () => {
  const verdict = verdictOf(traceRun(null), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /2 of 2 requests left no trace/)
  assert.match(verdict.diagnosis ?? '', /collector/)
})

test('a silent service is named', () => {
  const verdict = verdictOf(traceRun(SPANS.filter((span) => span.service !== 'stock')), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /stock consumer/)
  assert.match(verdict.diagnosis ?? '', /No span of stock/)
})

test('a service under another name is told from a silent one', () => {
  const renamed = SPANS.map((span) => (span.service === 'shop' ? { ...span, service: 'unknown_service:java' } : span))
  const verdict = verdictOf(traceRun(renamed), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /^Service name: the promised spans of shop are there, under the name "unknown_service:java"\. .*OTEL_SERVICE_NAME/)
  assert.match(verdictOf(traceRun(renamed.filter((span) => span.spanId !== 'c')), 'trace-complete').diagnosis ?? '', /No span of shop/)
})

test('a silent service that says itself that it cannot send is quoted', () => {
  const said: JournalBody = { kind: 'export-errors', spec: 'path-order', service: 'stock', query: '{}', fromMs: 0, untilMs: 1, count: 2, more: false, lines: [{ timeNs: '1795000000000000000', line: 'traces export: connection refused', labels: {} }] }
  const without = (service: string): string => verdictOf(withEntries(traceRun(SPANS.filter((span) => span.service !== 'stock')), { ...said, service }), 'trace-complete').diagnosis ?? ''
  assert.match(without('stock'), /^Exporter of the service: the log of stock says "traces export: connection refused"/)
  assert.match(without('shop'), /^No span of stock/, 'another service\'s trouble is not its own')
})

test('a missing span of a service that is there is named', () => {
  const verdict = verdictOf(traceRun(SPANS.filter((span) => span.spanId !== 'c')), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /db.system/)
  assert.match(verdict.diagnosis ?? '', /not this span/)
})

test('a service that must not be there fails', () => {
  const verdict = verdictOf(traceRun([...SPANS, { ...SPANS[1], spanId: 'z', service: 'legacy' } as (typeof SPANS)[number]]), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /legacy/)
})

test('one that came too late fails', () => {
  const verdict = verdictOf(traceRun(SPANS, { foundMs: 20_000 }), 'trace-complete')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /only after 20 s/)
})

test('a request that failed proves nothing', () => {
  const verdict = verdictOf(traceRun(SPANS, { status: 502 }), 'trace-complete')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
})

test('a store that could not be asked is unknown', () => {
  const verdict = verdictOf(traceRun(null, { error: 'refused' }), 'trace-complete')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'source-unreachable')
})

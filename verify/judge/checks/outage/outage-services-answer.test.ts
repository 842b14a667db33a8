import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_MS } from '../../../../testing/virtual-journal.ts'
import { outageRun, verdictOf, withEntries } from '../../../../testing/honest-run.ts'
import type { OutageRun } from '../../../../testing/honest-run.ts'

const of = (options: OutageRun) => verdictOf(outageRun(options), 'outage-services-answer')

test('answers as ever pass', () => assert.match(of({}).observed, /^31 of 31 requests to shop answered 200, 0 later than 2 s/))
test('one answer of another kind fails', () =>
  assert.equal(of({ row: ([a, b, c, d, e, f], sentMs) => [a, b, sentMs === 5_000 ? 503 : c, d, e, f] }).status, 'fail'))
test('one without an answer fails', () =>
  assert.equal(of({ row: ([a, b, c, d, e, f], sentMs) => [a, b, sentMs === 5_000 ? 0 : c, d, e, f] }).status, 'fail'))
test('one that had to wait fails', () => {
  const verdict = of({ row: ([a, b, c, d, e, f], sentMs) => [a, sentMs === 5_000 ? b + 3_000 : b, c, d, e, f] })
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /1 later than 2 s, slowest 3\.005 s/)
})
test('what failed before already proves nothing', () =>
  assert.equal(of({ row: ([a, b, , d, e, f]) => [a, b, 503, d, e, f] }).cause, 'unhealthy-start'))
test('of a service that is itself taken down no answer is wanted', () => assert.equal(of({ spec: { answers: false } }).status, 'skipped'))
test('a drill that stood still itself blames nobody', () => {
  const journal = outageRun({ row: ([a, b, c, d, e, f], sentMs) => [a, sentMs === 5_000 ? b + 3_000 : b, c, d, e, f] })
  const stalled = withEntries(journal, {
    kind: 'health',
    metric: 'firedrill_stall_seconds',
    series: [{ metric: {}, values: [[(ZERO_MS + 6_000) / 1000, '2.5']] }],
  })
  const atMs = ZERO_MS + 30_000
  for (const entry of stalled.entries) if (entry.kind === 'outage') entry.atMs = atMs
  assert.deepEqual(
    [verdictOf(stalled, 'outage-services-answer').status, verdictOf(stalled, 'outage-services-answer').cause],
    ['unknown', 'verifier-stalled'],
  )
})
test('without the fault nothing is shown', () => assert.equal(of({ injected: false }).cause, 'not-injected'))

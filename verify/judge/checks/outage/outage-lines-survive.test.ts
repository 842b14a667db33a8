import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AWAY, outageRun, verdictOf } from '../../../../testing/journals/honest-run.ts'
import type { OutageRun } from '../../../../testing/journals/honest-run.ts'

const of = (options: OutageRun) => verdictOf(outageRun(options), 'outage-lines-survive')

test('lines held back by an outage and there in the end have survived', () => {
  const verdict = of({ heldUp: ['lines'], silent: 'loki' })
  assert.equal(verdict.status, 'pass')
  assert.match(verdict.observed, /60 of 60 lines arrived, 0 lost; delay min 0\.8 s/)
})

test('copies are counted and tolerated', () =>
  assert.match(of({ row: ([a, b, c, d, e], sentMs) => [a, b, c, d, e, sentMs === 9_000 ? 3 : 1] }).observed, /2 duplicated/))

test('one line lost while the store was away fails, and the part is named', () => {
  const verdict = of({
    heldUp: ['lines'],
    silent: 'loki',
    row: ([a, b, c, d, e, f], sentMs) => (sentMs === 5_000 ? [a, b, c, d, -1, 0] : [a, b, c, d, e, f]),
  })
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /1 lost.*1 lost that must arrive/)
  assert.match(verdict.diagnosis ?? '', /log-store.*max_retries/)
})

test('lines that were there and are no more fail as well', () => {
  const verdict = of({ row: ([a, b, c, d, e, f], sentMs) => [a, b, c, d, e, sentMs < 2_000 ? 0 : f] })
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /10 lost/)
  assert.match(verdict.diagnosis ?? '', /10 of them had been in the store.*checkpoint_duration/)
})

test('none that was answered after the undo came: it did not recover', () => {
  const verdict = of({
    spec: { lines: 'may-be-lost' },
    row: ([a, b, c, d, e, f], sentMs) => (sentMs >= AWAY.onMs ? [a, b, c, d, -1, 0] : [a, b, c, d, e, f]),
  })
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.observed, /none of those sent after the undo arrived/)
})

test('what nobody answered left no line, and is not lost', () =>
  assert.equal(
    of({ row: ([a, b, c, d, e, f], sentMs) => (sentMs > 4_000 && sentMs < 8_000 ? [a, -1, 0, -1, -1, 0] : [a, b, c, d, e, f]) }).status,
    'pass',
  ))

test('a fault that was never in effect, or is not allowed, or a store that cannot be read is no verdict', () => {
  assert.deepEqual([of({ injected: false }).status, of({ injected: false }).cause], ['unknown', 'not-injected'])
  assert.equal(of({ refused: true }).status, 'skipped')
  assert.deepEqual([of({ error: 'timeout' }).status, of({ error: 'timeout' }).cause], ['unknown', 'source-unreachable'])
})

test('the signal that nothing is promised of is not looked at', () => {
  const { lines: _, ...rest } = outageRun().entries.flatMap((entry) => (entry.kind === 'header' ? (entry.spec.outages ?? []) : []))[0] ?? {}
  const journal = outageRun()
  for (const entry of journal.entries) if (entry.kind === 'header') Object.assign(entry.spec, { outages: [rest] })
  assert.equal(verdictOf(journal, 'outage-lines-survive').status, 'skipped')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OutageRow } from '../../../model/journal.ts'
import type { Fate } from '../../../model/spec.ts'
import { AWAY, outageRun, verdictOf } from '../../../../testing/journals/honest-run.ts'

const lost = ([a, b, c, , e, f]: OutageRow): OutageRow => [a, b, c, -1, e, f]
const of = (spans: Fate, isLost: (sentMs: number) => boolean) =>
  verdictOf(outageRun({ spec: { spans }, row: (row, sentMs) => (isLost(sentMs) ? lost(row) : row) }), 'outage-spans-survive')

const cases: { says: string; spans: Fate; isLost: (sentMs: number) => boolean; status: string }[] = [
  { says: 'none lost', spans: 'kept', isLost: () => false, status: 'pass' },
  { says: 'one lost where all are kept', spans: 'kept', isLost: (ms) => ms === 5_000, status: 'fail' },
  {
    says: 'those of the outage lost where they may be',
    spans: 'may-be-lost',
    isLost: (ms) => ms >= AWAY.onMs && ms < AWAY.offMs,
    status: 'pass',
  },
  {
    says: 'those that were on their way when it began',
    spans: 'may-be-lost',
    isLost: (ms) => ms >= AWAY.onMs - 600 && ms < AWAY.offMs,
    status: 'pass',
  },
  { says: 'one lost long before it', spans: 'may-be-lost', isLost: (ms) => ms === 400, status: 'fail' },
  { says: 'one lost after others had come again', spans: 'may-be-lost', isLost: (ms) => ms === 11_000, status: 'fail' },
  {
    says: 'the first ones after the undo lost as well',
    spans: 'may-be-lost',
    isLost: (ms) => ms >= AWAY.onMs && ms < 10_000,
    status: 'pass',
  },
  {
    says: 'what the store had in memory',
    spans: 'kept-from-then-on',
    isLost: (ms) => ms >= AWAY.onMs - 600 && ms <= AWAY.onMs,
    status: 'pass',
  },
  { says: 'what came while the store was away', spans: 'kept-from-then-on', isLost: (ms) => ms === 5_000, status: 'fail' },
]
for (const { says, spans, isLost, status } of cases)
  test(`${spans}, ${says}: ${status}`, () => assert.equal(of(spans, isLost).status, status))

test('how many were lost, and when they were sent, is said also where it is allowed', () =>
  assert.match(of('may-be-lost', (ms) => ms >= 4_000 && ms < 6_000).observed, /50 of 60 spans arrived, 10 lost, sent from .* to .*; delay/))

test('it says what keeps spans, in the words that the break of the retry is looked for by', () => {
  const { diagnosis = '' } = of('kept', (ms) => ms === 5_000)
  assert.match(diagnosis, /sending_queue and retry_on_failure of the collector's exporter/)
})

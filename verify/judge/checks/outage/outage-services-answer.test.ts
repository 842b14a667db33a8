import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'
import type { AnswerRow } from '../../../model/journal.ts'
import type { HttpProbe } from '../../../model/spec.ts'
import { alter, outageRun, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'
import type { OutageRun } from '../../../../testing/journals/honest-run.ts'

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

/**
 * Another experiment's fault in force between two times, ms since the outage's begin. `effects`: what it is known to disturb; `promised`:
 * it promises that shop keeps answering, and these rows (status by second) say whether shop did.
 */
function beside(
  options: OutageRun,
  fromMs: number,
  untilMs: number,
  other: { effects?: string[]; promised?: number[] },
): ReturnType<typeof of> {
  const fault = (phase: 'inject' | 'undo', atMs: number) =>
    ({
      kind: 'fault',
      experiment: 'redis-hung',
      leg: 'fire',
      phase,
      fault: 'pause-process',
      target: 'redis',
      startedMs: ZERO_MS + atMs,
      effectiveMs: ZERO_MS + atMs,
      ok: true,
      detail: '',
    }) as const
  const request: HttpProbe = { service: 'shop', method: 'GET', path: '/cart', headers: {}, expectStatus: 200 }
  const promise = { request, withinMs: 1_000, share: 1, because: 'It does without Redis.' }
  const journal = alter(outageRun(options), 'header', (entry) => {
    const rules = entry.spec.rules.map((rule) => ({
      ...rule,
      experiments: rule.experiments.flatMap((each) => [
        each,
        { ...each, id: 'redis-hung', effects: other.effects ?? [], ...(other.promised === undefined ? {} : { keepsAnswering: [promise] }) },
      ]),
    }))
    return { ...entry, spec: { ...entry.spec, rules } }
  })
  const rows = (other.promised ?? []).map((status, row): AnswerRow => [row, row * 1_000, 5, status])
  return verdictOf(
    withEntries(journal, fault('inject', fromMs), fault('undo', untilMs), {
      kind: 'answers',
      prefix: 'a-',
      requests: [request],
      startedMs: ZERO_MS,
      rows,
    }),
    'outage-services-answer',
  )
}

const late: OutageRun = { row: ([a, b, c, d, e, f], sentMs) => [a, b, sentMs >= 4_800 && sentMs < 5_800 ? 500 : c, d, e, f] }
const BROKEN = [200, 200, 200, 200, 200, 500, 200, 200, 200, 200]

test('what fails while a fault that disturbs the same service is in force is not blamed on the outage', () => {
  for (const other of [{ effects: ['shop'] }, { promised: BROKEN }]) {
    const verdict = beside(late, 4_500, 5_800, other)
    assert.equal(verdict.status, 'pass', verdict.observed)
    assert.match(verdict.observed, /; 5 that failed while redis-hung was in force are not counted$/)
  }
})
test('a fault that leaves the service alone, or is over before, excuses nothing', () => {
  assert.equal(beside(late, 4_500, 5_800, {}).status, 'fail')
  assert.equal(beside(late, 4_500, 5_800, { promised: BROKEN.map(() => 200) }).status, 'fail')
  assert.equal(beside(late, 5_500, 5_800, { effects: ['shop'] }).status, 'fail')
})
test('a fault whose own promise was broken only while the outage was in force excuses nothing', () => {
  assert.equal(beside(late, -10_000, 60_000, { promised: BROKEN }).status, 'fail')
  // Before the outage as well: then it may be due to the other, which was in force all the while.
  assert.equal(beside(late, -10_000, 60_000, { promised: [200, 500, ...BROKEN.slice(2)] }).cause, 'not-alone')
})
test('when the other fault disturbs the service all the while, nothing can be told', () => {
  const all: OutageRun = { row: ([a, b, c, d, e, f], sentMs) => [a, b, sentMs >= 3_100 ? 500 : c, d, e, f] }
  const verdict = beside(all, 3_000, 60_000, { effects: ['shop'] })
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'not-alone'])
  assert.match(verdict.observed, /and redis-hung was in force all the while$/)
})

/** The same outage, in which another service is promised to keep answering; `status` says what it answers at that second. */
function promising(options: OutageRun, status: (atS: number) => number): ReturnType<typeof of> {
  const request: HttpProbe = { service: 'till', method: 'GET', path: '/pay?id={stamp}', headers: {}, expectStatus: 200 }
  const keepsAnswering = [{ request, withinMs: 1_000, share: 1, because: 'No payment waits for the store.' }]
  const rows = Array.from({ length: 12 }, (_, atS): AnswerRow => [atS, atS * 1_000, 5, status(atS)])
  const journal = outageRun({ ...options, spec: { ...options.spec, keepsAnswering } })
  return verdictOf(
    withEntries(journal, { kind: 'answers', prefix: 'a-', requests: [request], startedMs: ZERO_MS, rows }),
    'outage-services-answer',
  )
}

test('what else is promised to keep answering is judged beside the own requests, with its numbers', () => {
  const { status, observed } = promising({}, () => 200)
  assert.equal(status, 'pass', observed)
  assert.match(
    observed,
    /^31 of 31 requests to shop answered 200.*; till GET \/pay: 5 of 5 answered 200 .* while store-stopped was in force; afterwards/,
  )
})
test('a service that is promised to keep answering and does not fails, meanwhile or afterwards, and is named', () => {
  const meanwhile = promising({}, (atS) => (atS === 6 ? 503 : 200))
  assert.equal(meanwhile.status, 'fail')
  assert.match(meanwhile.observed, /^till GET \/pay: 4 of 5 answered 200 within 1 s \(1 x 503\)/)
  assert.match(meanwhile.diagnosis ?? '', /^Promised: No payment waits for the store\. .* fallback of till/)
  // Signals have longer to recover, answers have not.
  assert.equal(promising({}, (atS) => (atS === 10 ? 503 : 200)).status, 'fail')
})
test('an outage of the service itself may promise the answers of others', () => {
  assert.match(promising({ spec: { answers: false } }, () => 200).observed, /^till GET \/pay: 5 of 5 answered 200/)
  assert.equal(promising({ spec: { answers: false } }, (atS) => (atS === 6 ? 503 : 200)).status, 'fail')
})

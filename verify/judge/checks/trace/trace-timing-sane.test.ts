import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalBody, Span } from '../../../model/journal.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'
import { alter, traceRun, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

/** Times in ms after the request was sent. */
const span = (spanId: string, parentSpanId: string | null, service: string, kind: string, fromMs: number, untilMs: number): Span => ({
  spanId,
  parentSpanId,
  service,
  operation: `${service} ${kind}`,
  kind,
  startUs: (ZERO_MS + fromMs) * 1_000,
  durationUs: (untilMs - fromMs) * 1_000,
  attributes: {},
  links: [],
  error: false,
})

const tree = (shift = 0): Span[] => [
  span('a', 'caller', 'shop', 'server', 2, 50),
  span('b', 'a', 'shop', 'client', 5, 40),
  span('c', 'b', 'stock', 'server', 10 + shift, 30 + shift),
  span('d', 'c', 'stock', 'producer', 12 + shift, 13 + shift),
  // Takes its message up long after the request is over.
  span('e', 'd', 'shop', 'consumer', 900, 950),
]
const judged = (spans: Span[] | null): ReturnType<typeof verdictOf> => verdictOf(traceRun(spans), 'trace-timing-sane')

test('children inside their callers pass, a consumer may be later, and the difference of clocks is shown', () => {
  const verdict = judged(tree(4))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /clocks of services at most 1\.5 ms apart/)
})

test('clocks of hosts may differ by a little', () => assert.equal(judged(tree(-80)).status, 'pass'))

test('a server whose clock is early is named', () => {
  const verdict = judged(tree(-300))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /stock "stock server" begins 295\.0 ms before its parent shop "shop client"/)
  assert.match(verdict.diagnosis ?? '', /clocks of shop and stock/)
})

test('an answer after its caller had it is named', () => {
  const verdict = judged(tree(400))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /ends 390\.0 ms after the call that waited for it/)
})

test('within one service a few milliseconds are all', () => {
  assert.equal(judged([span('a', 'x', 'shop', 'server', 50, 60), span('b', 'a', 'shop', 'internal', 20, 55)]).status, 'fail')
})

test("a trace of another time is not the request's", () => {
  const verdict = judged([span('a', 'x', 'shop', 'server', -3_600_000, -3_599_990)])
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /begins 3600000\.0 ms before the request was sent/)
})

test('times that are none fail, and nothing to look at is no finding of its own', () => {
  assert.equal(judged([{ ...span('a', 'x', 'shop', 'server', 1, 2), durationUs: -5 }]).status, 'fail')
  assert.equal(judged([{ ...span('a', 'x', 'shop', 'server', 1, 2), startUs: NaN }]).status, 'fail')
  assert.equal(judged(null).status, 'skipped')
})

test("spans that are each other's parents end the walk", () => {
  assert.equal(judged([span('a', 'b', 'shop', 'server', 1, 2), span('b', 'a', 'shop', 'internal', 1, 2)]).status, 'pass')
})

test('a span that begins when the request was long answered has another clock', () => {
  // Answered after 60 ms; the message may be taken up much later.
  const answered = (spans: Span[]): ReturnType<typeof verdictOf> =>
    verdictOf(
      alter(traceRun(spans), 'trace-probe', (entry) => ({ ...entry, atMs: ZERO_MS + 60 })),
      'trace-timing-sane',
    )
  assert.equal(answered(tree()).status, 'pass')
  const ahead = tree().map((each) => ({ ...each, startUs: each.startUs + 5_000_000 }))
  const verdict = answered(ahead)
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /shop "shop server" begins 4942\.0 ms after the request was answered/)
  assert.match(verdict.diagnosis ?? '', /clock of shop/)
})

test('two instances of one service are two hosts', () => {
  const taken = (byMs: number): Span[] => [
    span('a', 'x', 'shop', 'server', 2, 50),
    span('b', 'a', 'shop', 'producer', 40, 45),
    span('c', 'b', 'shop', 'consumer', 40 - byMs, 60),
  ]
  assert.equal(judged(taken(60)).status, 'pass')
  const verdict = judged(taken(160))
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /instances of shop/)
})

test("where the platform agrees with itself, it is the drill's own clock that is off", () => {
  const platformAhead = (byS: number): JournalBody => ({
    kind: 'health',
    metric: 'firedrill_clock_offset_seconds',
    series: [{ metric: {}, values: [[ZERO_MS / 1_000, String(byS)]] }],
  })
  const ahead = tree().map((each) => ({ ...each, startUs: each.startUs - 90_000_000 }))
  assert.equal(verdictOf(traceRun(ahead), 'trace-timing-sane').status, 'fail')
  const verdict = verdictOf(withEntries(traceRun(ahead), platformAhead(-90)), 'trace-timing-sane')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /the drill's clock is 90000\.0 ms ahead/)
  assert.equal(
    verdictOf(withEntries(traceRun(tree()), platformAhead(0.9)), 'trace-timing-sane').status,
    'pass',
    'nor is anybody blamed when only Prometheus differs',
  )
  assert.equal(verdictOf(withEntries(traceRun(tree()), platformAhead(90)), 'trace-timing-sane').status, 'pass')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredRun, FAULT } from '../../../../testing/journals/answered-run.ts'
import { verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'

const during = (atS: number): boolean => atS >= FAULT.fromS && atS < FAULT.toS
const verdict = (options: Parameters<typeof answeredRun>[0]): ReturnType<typeof verdictOf> =>
  verdictOf(answeredRun(options), 'keeps-answering')

test('a service that answers all the while passes, with its numbers', () => {
  const { status, observed } = verdict({})
  assert.equal(status, 'pass', observed)
  assert.equal(
    observed,
    'shop GET /cart: 35 of 35 answered 200 within 1 s, slowest 0.01 s while probed-broken was in force; afterwards 22 of 22 answered 200 within 1 s, slowest 0.01 s',
  )
})

test('another status during the fault fails, and says how often', () => {
  const { status, observed, diagnosis } = verdict({ answer: (atS) => (during(atS) ? { status: 500, tookMs: 2_000 } : {}) })
  assert.equal(status, 'fail')
  assert.match(observed, /0 of 33 answered 200 within 1 s \(33 x 500\), slowest 2\.00 s while probed-broken was in force/)
  assert.match(
    diagnosis ?? '',
    /^Promised: The cart does without the harmed part\. Not kept: look at the time limit and the fallback of shop\./,
  )
})

test('one answer that is too late, or none, fails', () => {
  assert.match(verdict({ answer: (atS) => (atS === 30 ? { tookMs: 1_001 } : {}) }).observed, /34 of 35 .*\(1 x too late\)/)
  assert.match(verdict({ answer: (atS) => (atS === 30 ? { status: 0 } : {}) }).observed, /34 of 35 .*\(1 x no answer\)/)
})

test('what to look at follows from how it was answered', () => {
  const look = (answer: Parameters<typeof answeredRun>[0]['answer']): string => verdict({ answer: answer ?? (() => ({})) }).diagnosis ?? ''
  assert.match(
    look((atS) => (during(atS) ? { status: 500 } : {})),
    /Not kept: it answered in time, with 500: look at the fallback of shop\.$/,
  )
  // As a limiter does that counts, when Redis goes on, what it asked while Redis hung.
  assert.match(
    look((atS) => (atS === 56 ? { status: 429, tookMs: 900 } : {})),
    /Not kept: it answered in time, with 429: look at what refuses the request, in shop.*\. Only as probed-broken ended, or just after: look at what had queued up by then, too\.$/,
  )
})

test('a request under way as the fault begins or ends may meet either state, and must be answered in time all the same', () => {
  const promise = { statusMeanwhile: 502 }
  const meanwhile = (atS: number): boolean => atS > 21 && atS < 57
  // One is sent at 21 and answered at 21.9, when the fault is in force; one is sent at 56 and answered at 56.9.
  const slow = (edge: { status: number; tookMs: number }) => (atS: number) =>
    atS === 21 || atS === 56 ? edge : meanwhile(atS) ? { status: 502 } : {}
  for (const status of [200, 502]) assert.equal(verdict({ promise, answer: slow({ status, tookMs: 900 }) }).status, 'pass')
  const { status, observed } = verdict({ promise, answer: slow({ status: 500, tookMs: 900 }) })
  assert.equal(status, 'fail')
  assert.match(
    observed,
    /34 of 34 answered 502 .* while probed-broken was in force; 0 of 2 answered 200 .*\(2 x 500\).* as it began or ended; /,
  )
  assert.equal(verdict({ promise, answer: slow({ status: 200, tookMs: 1_100 }) }).status, 'fail')
})

test('a service that does not come back afterwards fails', () => {
  const { status, observed, diagnosis } = verdict({ answer: (atS) => (atS >= FAULT.toS ? { status: 503 } : {}) })
  assert.equal(status, 'fail')
  assert.match(diagnosis ?? '', /with 503: look at the fallback of shop\. Only after probed-broken: it has not come back\.$/)
  assert.match(observed, /afterwards 0 of 22 answered 200/)
})

test('a promised share tolerates so many, and no more', () => {
  const share = 0.9
  assert.equal(verdict({ promise: { share }, answer: (atS) => (atS >= 30 && atS < 33 ? { status: 500 } : {}) }).status, 'pass')
  assert.equal(verdict({ promise: { share }, answer: (atS) => (atS >= 30 && atS < 34 ? { status: 500 } : {}) }).status, 'fail')
})

test('where another status is promised meanwhile, 200 is as wrong as a hang', () => {
  const promise = { statusMeanwhile: 502 }
  assert.equal(verdict({ promise, answer: (atS) => (during(atS) ? { status: 502 } : {}) }).status, 'pass')
  assert.equal(verdict({ promise }).status, 'fail')
})

test('a service that was sick before the fault says nothing about it', () => {
  const { status, cause } = verdict({ answer: () => ({ status: 500 }) })
  assert.deepEqual([status, cause], ['unknown', 'unhealthy-start'])
})

test('what another fault is known to disturb is not counted; what it is not known to disturb is, and it is named', () => {
  const answer = (atS: number): { status?: number } => (atS >= 30 && atS < 35 ? { status: 500 } : {})
  const other = { fromS: 29, toS: 35 }
  assert.equal(verdict({ answer, other: { ...other, effects: ['shop'] } }).status, 'pass')
  assert.equal(verdict({ answer, other: { ...other, effects: ['shop:answers'] } }).status, 'pass')
  const failed = verdict({ answer, other: { ...other, effects: ['shop:latency', 'shopping'] } })
  assert.equal(failed.status, 'fail')
  assert.match(failed.diagnosis ?? '', /In force at the same time: other\./)
})

test('a fault that broke its own promise of the service answers for what failed beside it, where that is due to it alone', () => {
  const answer = (atS: number): { status?: number } => (atS >= 30 && atS < 35 ? { status: 500 } : {})
  const beside = { fromS: 29, toS: 35, effects: [], promises: true }
  assert.equal(verdict({ answer, other: beside }).status, 'pass')
  assert.equal(verdict({ answer, other: { ...beside, promises: false } }).status, 'fail')
  // It was so before the other began, or goes on after it has recovered.
  const before = (atS: number): { status?: number } => (atS >= 28 && atS < 35 ? { status: 500 } : {})
  const after = (atS: number): { status?: number } => (atS >= 30 && atS < 40 ? { status: 500 } : {})
  assert.match(verdict({ answer: before, other: beside }).observed, /28 of 35/)
  assert.match(verdict({ answer: after, other: beside }).observed, /25 of 35/)
})

test('what fails only while both are in force is no excuse: it may be due to either', () => {
  const answer = (atS: number): { status?: number } => (during(atS) ? { status: 500 } : {})
  const around = { fromS: 15, toS: 70, effects: [], promises: true }
  assert.equal(verdict({ answer, other: around }).status, 'fail')
  // It failed before this one was in force as well.
  const longer = (atS: number): { status?: number } => (atS >= 16 && atS < 69 ? { status: 500 } : {})
  assert.deepEqual(verdict({ answer: longer, other: around }).cause, 'not-alone')
})

test('when the other fault covers all of it, nothing can be told', () => {
  const { status, cause } = verdict({ other: { fromS: 0, toS: 79, effects: ['shop'] } })
  assert.deepEqual([status, cause], ['unknown', 'not-alone'])
})

test('nothing promised is skipped; a promise without requests is unknown', () => {
  assert.equal(verdict({ promise: null }).status, 'skipped')
  assert.equal(
    verdict({ promise: { request: { service: 'till', method: 'GET', path: '/', headers: {}, expectStatus: 200 } } }).status,
    'unknown',
  )
})

test('an answer that is late by no more than the machine kept its service waiting is no failure; one of another reason beside it is', () => {
  const waited = (part: string, atS: number, ms: number, others: number, answer: Parameters<typeof answeredRun>[0]['answer']) => {
    const second = [ZERO_MS + atS * 1_000, ZERO_MS + (atS + 1) * 1_000, others, 1] as [number, number, number, number]
    const entry = { kind: 'cpu-waits' as const, seconds: [second], waits: { [part]: [[0, ms] as [number, number]] } }
    const run = answeredRun(answer === undefined ? {} : { answer })
    return verdictOf(withEntries(run, { ...entry, atMs: ZERO_MS + 40_000 }), 'keeps-answering')
  }
  const late = (atS: number): { tookMs?: number } => (atS === 30 ? { tookMs: 1_200 } : {})
  const starved = waited('shop', 30, 250, 0.9, late)
  assert.deepEqual([starved.status, starved.cause], ['unknown', 'machine-starved'])
  assert.match(starved.observed, /1 x too late.*\. But the machine kept shop waiting 0\.225 s for a CPU/)
  // k6 waits like the timer, which wants next to nothing: whole.
  assert.equal(waited('timer', 30, 250, 0, late).status, 'unknown')
  // What k6 itself waits for others is in the time that it reads as well.
  assert.match(waited('k6', 30, 250, 0.9, late).observed, /But the machine kept k6 waiting 0\.225 s for a CPU/)
  assert.equal(waited('k6', 30, 250, 0.5, late).status, 'fail')
  assert.equal(waited('k6', 30, 1_000, 1, (atS) => (atS === 30 ? { tookMs: 1_900, status: 502 } : {})).status, 'fail')
  // Too short, by the drill's own doing, of another part, at another time, not only late.
  assert.equal(waited('shop', 30, 150, 1, late).status, 'fail')
  assert.equal(waited('shop', 30, 250, 0.5, late).status, 'fail')
  assert.equal(waited('till', 30, 250, 1, late).status, 'fail')
  assert.equal(waited('shop', 32, 250, 1, late).status, 'fail')
  assert.equal(waited('shop', 30, 250, 1, (atS) => (atS === 30 ? { tookMs: 1_200, status: 500 } : {})).status, 'fail')
  assert.equal(waited('shop', 30, 250, 1, (atS) => (atS === 30 || atS === 40 ? { tookMs: 1_200 } : {})).status, 'fail')
  // What says something wrong needs a wait as long as an answer may take.
  const gaveUp = (atS: number): { tookMs?: number; status?: number } => (atS === 30 ? { tookMs: 1_900, status: 502 } : {})
  assert.equal(waited('shop', 30, 1_000, 1, gaveUp).status, 'unknown')
  assert.equal(waited('shop', 30, 950, 1, gaveUp).status, 'fail')
  assert.equal(waited('shop', 30, 1_000, 1, (atS) => (atS === 30 ? { tookMs: 2_100, status: 502 } : {})).status, 'fail')
  assert.equal(waited('shop', 36, 1_000, 1, (atS) => (atS === 30 ? { tookMs: 5, status: 502 } : {})).status, 'fail')
})

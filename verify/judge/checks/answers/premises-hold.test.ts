import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredRun } from '../../../../testing/journals/answered-run.ts'
import { verdictOf } from '../../../../testing/journals/honest-run.ts'

const verdict = (options: Parameters<typeof answeredRun>[0]): ReturnType<typeof verdictOf> =>
  verdictOf(answeredRun(options), 'premises-hold')
const other = { fromS: 60, toS: 66, effects: ['till'] }

test('a fault that leaves a service alone passes, with the number of requests', () => {
  const { status, observed } = verdict({ other })
  assert.equal(status, 'pass', observed)
  assert.equal(observed, '1 of 1 premises held, by 6 requests')
})

test('a fault that disturbs a service it was assumed to leave alone fails, and is named', () => {
  const { status, observed } = verdict({ other, answer: (atS) => (atS >= 62 && atS < 64 ? { status: 503 } : {}) })
  assert.equal(status, 'fail')
  assert.equal(observed, 'other leaves the answers of shop alone: 4 of 6 answered 200 within 1 s (2 x 503), slowest 0.01 s')
})

test('a disturbance that is specified is no premise', () => {
  const answer = (atS: number): { status?: number } => (atS >= 60 && atS < 66 ? { status: 503 } : {})
  assert.equal(verdict({ other: { ...other, effects: ['shop:answers'] }, answer }).status, 'skipped')
  assert.equal(verdict({ other, answer }).status, 'fail')
})

test('without promised answers there is nothing to observe', () => {
  assert.equal(verdict({ promise: null }).status, 'skipped')
})

test('an answer that goes wrong just after another fault, before its service had to be back, is not blamed on this one', () => {
  // The experiment's own fault ends at 56.8 and promises of the same service; what it had held back comes at once.
  const beside = { ...other, fromS: 50 }
  const { status, observed } = verdict({ other: beside, answer: (atS) => (atS === 57 ? { status: 429 } : {}) })
  assert.equal(status, 'pass', observed)
  assert.equal(verdict({ other: beside, answer: (atS) => (atS === 59 ? { status: 429 } : {}) }).status, 'fail')
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('everything undone passes', () => {
  const verdict = verdictOf(run(), 'nothing-left-behind')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a fault in the ledger fails', () => {
  const verdict = verdictOf(
    alter(run(), 'footer', (entry) => ({ ...entry, notUndone: ['kill redis'] })),
    'nothing-left-behind',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /kill redis/)
  assert.match(verdict.diagnosis ?? '', /firedrill undo/)
})

test('a fault without any undo fails', () => {
  const verdict = verdictOf(
    alter(
      alter(run(), 'fault', (entry) => (entry.phase === 'undo' ? undefined : entry)),
      'footer',
      (entry) => ({ ...entry, undone: [] }),
    ),
    'nothing-left-behind',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /break on probed/)
})

test('a fault that the last sweep undid passes, another one that it did not does not', () => {
  const failed = alter(run(), 'fault', (entry) => (entry.phase === 'undo' ? { ...entry, ok: false } : entry))
  const swept = (undone: string[]): string =>
    verdictOf(
      alter(failed, 'footer', (entry) => ({ ...entry, undone })),
      'nothing-left-behind',
    ).status
  assert.equal(swept(['break probed (experiment probed-broken)']), 'pass')
  assert.equal(swept(['break probed-other (experiment probed-broken)']), 'fail')
})

test('a run that was cut off is unknown', () => {
  const verdict = verdictOf(
    alter(run(), 'footer', () => undefined),
    'nothing-left-behind',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'interrupted')
})

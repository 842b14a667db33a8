import { test } from 'node:test'
import assert from 'node:assert/strict'
import { run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('one receiver passes', () => {
  const verdict = verdictOf(run(), 'no-other-receiver')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a second one fails', () => {
  const verdict = verdictOf(run({ mutant: 'second-receiver' }), 'no-other-receiver')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /at default/)
})

test('another one instead fails', () => {
  const verdict = verdictOf(run({ mutant: 'wrong-receiver' }), 'no-other-receiver')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /receiver default instead of critical/)
})

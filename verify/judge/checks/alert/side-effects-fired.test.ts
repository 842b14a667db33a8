import { test } from 'node:test'
import assert from 'node:assert/strict'
import { run, verdictOf, withExperiment } from '../../../../testing/journals/honest-run.ts'

test('without any demanded it is skipped', () => {
  const verdict = verdictOf(run(), 'side-effects-fired')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('one that fired passes', () => {
  const verdict = verdictOf(
    withExperiment(run({ mutant: 'stray-alert' }), { alsoMust: [{ alert: 'Other', labels: { job: 'elsewhere' }, because: '' }] }),
    'side-effects-fired',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('one that did not fails', () => {
  const verdict = verdictOf(
    withExperiment(run(), { alsoMust: [{ alert: 'Other', labels: { job: 'elsewhere' }, because: '' }] }),
    'side-effects-fired',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Other.*never fired/)
})

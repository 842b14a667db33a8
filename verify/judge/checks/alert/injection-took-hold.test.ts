import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('a cause seen by its own signal passes', () => {
  const verdict = verdictOf(run(), 'injection-took-hold')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a cause that never came is unknown, never a failure', () => {
  const verdict = verdictOf(run({ mutant: 'not-injected' }), 'injection-took-hold')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
  assert.match(verdict.observed ?? '', /probed_level between 0 and 0, never > 10/)
})

test('no such signal at all is unknown, too', () => {
  const verdict = verdictOf(
    alter(run(), 'evaluated', (entry) => (entry.what === 'injection' ? { ...entry, series: [] } : entry)),
    'injection-took-hold',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no sample of probed_level/)
})

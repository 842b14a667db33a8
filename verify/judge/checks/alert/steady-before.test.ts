import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('a quiet begin passes', () => {
  const verdict = verdictOf(run(), 'steady-before')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a condition that holds already is unknown', () => {
  const verdict = verdictOf(
    alter(run(), 'evaluated', (entry) =>
      entry.what === 'condition'
        ? { ...entry, series: [{ metric: { job: 'probed', instance: '127.0.0.1:1' }, values: [[entry.startMs / 1_000, '1']] }] }
        : entry,
    ),
    'steady-before',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'unhealthy-start')
})

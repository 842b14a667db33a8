import { test } from 'node:test'
import assert from 'node:assert/strict'
import { run, verdictOf, withEntries } from '../testing.ts'

test('a run that explains all its alerts passes', () => {
  const verdict = verdictOf(run(), 'no-stray-alert')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('an alert after the last experiment fails', () => {
  const verdict = verdictOf(withEntries(run(), { kind: 'alerts-series', metric: 'ALERTS', series: [{ metric: { alertname: 'Late', alertstate: 'firing' }, values: [[1_795_360_000.7, '1']] }] }), 'no-stray-alert')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Late/)
})

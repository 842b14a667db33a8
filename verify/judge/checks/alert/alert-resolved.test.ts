import { test } from 'node:test'
import assert from 'node:assert/strict'
import { run, verdictOf, withExperiment } from '../../../../testing/journals/honest-run.ts'

const WIDE = { earliestMs: 0, latestMs: 600_000 }
const WINDOWS = { pending: WIDE, firing: WIDE, notified: WIDE, resolved: WIDE, resolvedNotified: WIDE }

test('clearing with the trouble passes', () => {
  const verdict = verdictOf(run(), 'alert-resolved')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('an alert that stays on fails', () => {
  const verdict = verdictOf(run({ mutant: 'stuck-firing' }), 'alert-resolved')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /still firing/)
})

test('an alert that is kept on longer fails', () => {
  const verdict = verdictOf(run({ mutant: 'keep-firing-added' }), 'alert-resolved')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test("a system that recovers slowly is not the rule's fault", () => {
  const verdict = verdictOf(withExperiment(run(), { windows: { ...WINDOWS, resolved: { earliestMs: 0, latestMs: 1 } } }), 'alert-resolved')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /recovered slowly/)
})

test('what never fired is skipped, the failure being reported already', () => {
  const verdict = verdictOf(run({ mutant: 'metric-misspelt' }), 'alert-resolved')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /see alert-fired/)
})

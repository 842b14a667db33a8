import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../testing.ts'

test('an all-clear in time passes', () => {
  const verdict = verdictOf(run(), 'resolved-notified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('none at all fails', () => {
  const verdict = verdictOf(run({ mutant: 'missing-resolve' }), 'resolved-notified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /none arrived/)
})

test('another endsAt fails', () => {
  const verdict = verdictOf(run({ mutant: 'wrong-ends-at' }), 'resolved-notified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /but says endsAt/)
})

test('a receiver that does not want it is skipped', () => {
  const verdict = verdictOf(alter(run(), 'header', (entry) => ({ ...entry, spec: { ...entry.spec, routing: { ...entry.spec.routing, receivers: [{ name: 'critical', kind: 'webhook', sendResolved: false, optional: false }] } } })), 'resolved-notified')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

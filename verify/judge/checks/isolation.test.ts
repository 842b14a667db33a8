import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withExperiment } from '../testing.ts'

test('nothing else going off passes', () => {
  const verdict = verdictOf(run(), 'isolation')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('an alert nobody announced fails', () => {
  const verdict = verdictOf(run({ mutant: 'stray-alert' }), 'isolation')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Other.*elsewhere/)
})

test('an alert that may go off does not', () => {
  const verdict = verdictOf(withExperiment(run({ mutant: 'stray-alert' }), { may: [{ alert: 'Other', labels: { job: 'elsewhere' }, because: '' }] }), 'isolation')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a message about an alert that ALERTS never showed fails', () => {
  const verdict = verdictOf(alter(run(), 'notification', (entry) => {
    const body = entry.body as { alerts: { labels: Record<string, string> }[] }
    for (const alert of body.alerts) alert.labels = { alertname: 'Ghost' }
    return entry
  }), 'isolation')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Ghost.*was told to critical/)
})

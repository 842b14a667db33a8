import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../testing.ts'

test('grouping as specified passes', () => {
  const verdict = verdictOf(run(), 'grouped-as-specified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a grouping that lost a label fails', () => {
  const verdict = verdictOf(alter(run(), 'notification', (entry) => ({ ...entry, body: { ...(entry.body as object), groupLabels: { alertname: 'Probed' } } })), 'grouped-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /grouped by alertname/)
})

test('a group that the alert does not belong to fails', () => {
  const verdict = verdictOf(alter(run(), 'notification', (entry) => ({ ...entry, body: { ...(entry.body as object), groupLabels: { ...(entry.body as { groupLabels: object }).groupLabels, job: 'another' } } })), 'grouped-as-specified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /about the group job="another", which it does not belong to/)
})

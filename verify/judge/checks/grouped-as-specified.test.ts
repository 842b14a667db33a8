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

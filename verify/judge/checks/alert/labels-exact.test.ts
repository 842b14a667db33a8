import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('the labels of series and rule pass', () => {
  const verdict = verdictOf(run(), 'labels-exact')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a changed severity fails', () => {
  const verdict = verdictOf(run({ mutant: 'severity-changed' }), 'labels-exact')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /severity is "info", not "critical"/)
})

test('a label too many in the message fails', () => {
  const verdict = verdictOf(
    alter(run(), 'notification', (entry) => {
      const body = entry.body as { alerts: { labels: Record<string, string> }[] }
      for (const alert of body.alerts) alert.labels['team'] = 'x'
      return entry
    }),
    'labels-exact',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /in the notification: team="x" is not expected/)
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf } from '../../../../testing/journals/honest-run.ts'

test('an all-clear in time passes', () => {
  const verdict = verdictOf(run(), 'resolved-notified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('none at all fails', () => {
  const verdict = verdictOf(run({ mutant: 'missing-resolve' }), 'resolved-notified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no resolved notification at critical/)
})

test('another endsAt fails', () => {
  const verdict = verdictOf(run({ mutant: 'wrong-ends-at' }), 'resolved-notified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /but its endsAt is/)
})

test('another startsAt in the all-clear fails', () => {
  const moved = alter(run(), 'notification', (entry) => {
    const body = entry.body as { alerts: { status: string; startsAt: string }[] }
    return {
      ...entry,
      body: {
        ...body,
        alerts: body.alerts.map((alert) => (alert.status === 'resolved' ? { ...alert, startsAt: '2026-01-01T00:00:00.000Z' } : alert)),
      },
    }
  })
  const verdict = verdictOf(moved, 'resolved-notified')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /but its startsAt is 00:00:00/)
})

test('a receiver that does not want it is skipped, unless it got one', () => {
  const unwanted = alter(run(), 'header', (entry) => ({
    ...entry,
    spec: {
      ...entry.spec,
      routing: { ...entry.spec.routing, receivers: [{ name: 'critical', kind: 'webhook', sendResolved: false, optional: false }] },
    },
  }))
  assert.equal(verdictOf(unwanted, 'resolved-notified').status, 'fail')
  const verdict = verdictOf(
    alter(unwanted, 'notification', (entry) => ((entry.body as { status: string }).status === 'resolved' ? undefined : entry)),
    'resolved-notified',
  )
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

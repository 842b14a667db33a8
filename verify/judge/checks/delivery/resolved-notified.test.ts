import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries, withExperiment } from '../../../../testing/journals/honest-run.ts'

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

test('where a route continues, each receiver must get it, unless it does not want it', () => {
  const both = withExperiment(run(), { alsoReceivers: ['team'] })
  const copies = (of: 'firing' | 'any', lateMs = 0) =>
    both.entries.flatMap((entry) =>
      entry.kind === 'notification' && (of === 'any' || (entry.body as { status: string }).status === of)
        ? [{ ...entry, receiver: 'team', arrivedMs: entry.arrivedMs + lateMs, atMs: entry.atMs + lateMs }]
        : [],
    )
  const lost = withEntries(both, ...copies('firing'))
  const { status, observed } = verdictOf(lost, 'resolved-notified')
  assert.equal(status, 'fail', observed)
  assert.match(observed, /^no resolved notification at team; endsAt was /)

  const whole = verdictOf(withEntries(both, ...copies('any')), 'resolved-notified')
  assert.equal(whole.status, 'pass', whole.observed)
  assert.match(whole.observed, /^resolved notification at critical at .* after endsAt; resolved notification at team at .* after endsAt$/)
  assert.equal(verdictOf(withEntries(both, ...copies('any', 60_000)), 'resolved-notified').status, 'fail')

  const unwanted = alter(lost, 'header', (entry) => {
    const { receivers } = entry.spec.routing
    const routing = {
      ...entry.spec.routing,
      receivers: [...receivers, { name: 'team', kind: 'webhook' as const, sendResolved: false, optional: false }],
    }
    return { ...entry, spec: { ...entry.spec, routing } }
  })
  const one = verdictOf(unwanted, 'resolved-notified')
  assert.equal(one.status, 'pass', one.observed)
  assert.doesNotMatch(one.observed, /team/)
})

test('what cannot be judged at one receiver is not passed by the other', () => {
  const never = verdictOf(withExperiment(run(), { alsoReceivers: ['team'] }), 'resolved-notified')
  assert.equal(never.status, 'skipped', never.observed)
  assert.match(never.observed, /^team got no firing notification \(see notification-delivered\)/)
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries, withExperiment, withSpec } from '../../../../testing/journals/honest-run.ts'

test('grouping as specified passes', () => {
  const verdict = verdictOf(run(), 'grouped-as-specified')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a route with a grouping of its own is held to that', () => {
  const routing = {
    because: '',
    groupBy: ['alertname', 'job'],
    groupWaitMs: 1,
    groupIntervalMs: 1,
    repeatIntervalMs: 1,
    receivers: [],
    inhibitions: [],
    routes: [
      { match: { severity: 'critical' }, receiver: 'critical', groupBy: ['job'] },
      { match: {}, receiver: 'default' },
    ],
  }
  const verdict = verdictOf(withSpec(run(), { routing }), 'grouped-as-specified')
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.expected, /^group_by job$/)
  assert.equal(
    verdictOf(
      withSpec(run(), { routing: { ...routing, routes: routing.routes.map((route) => ({ ...route, match: { severity: 'other' } })) } }),
      'grouped-as-specified',
    ).status,
    'pass',
  )
})

test('a grouping that lost a label fails', () => {
  const verdict = verdictOf(
    alter(run(), 'notification', (entry) => ({ ...entry, body: { ...(entry.body as object), groupLabels: { alertname: 'Probed' } } })),
    'grouped-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /grouped by alertname/)
  assert.match(verdict.diagnosis ?? '', /set group_by: \[alertname, job\]\. It groups by alertname\.$/)
})

test('a group that the alert does not belong to fails', () => {
  const verdict = verdictOf(
    alter(run(), 'notification', (entry) => ({
      ...entry,
      body: { ...(entry.body as object), groupLabels: { ...(entry.body as { groupLabels: object }).groupLabels, job: 'another' } },
    })),
    'grouped-as-specified',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /of the group job="another", which the alert is not part of/)
})

test('where a route continues, each notification is held to the grouping of its own route', () => {
  const routing = {
    because: '',
    groupBy: ['alertname', 'job'],
    groupWaitMs: 1,
    groupIntervalMs: 1,
    repeatIntervalMs: 1,
    receivers: [],
    inhibitions: [],
    routes: [
      { match: { severity: 'critical' }, receiver: 'critical', continues: true },
      { match: { severity: 'critical' }, receiver: 'team', groupBy: ['job'] },
      { match: {}, receiver: 'default' },
    ],
  }
  const both = withExperiment(withSpec(run(), { routing }), { alsoReceivers: ['team'] })
  const withTeam = (by: readonly string[]) => {
    const copies = both.entries.flatMap((entry) => {
      if (entry.kind !== 'notification') return []
      const body = entry.body as { groupLabels: Record<string, string> }
      const groupLabels = Object.fromEntries(Object.entries(body.groupLabels).filter(([name]) => by.includes(name)))
      return [{ ...entry, receiver: 'team', body: { ...body, groupLabels } }]
    })
    return verdictOf(withEntries(both, ...copies), 'grouped-as-specified')
  }
  const right = withTeam(['job'])
  assert.equal(right.status, 'pass', JSON.stringify(right))
  assert.equal(right.expected, 'group_by alertname, job; job')
  const wrong = withTeam(['alertname', 'job'])
  assert.deepEqual([wrong.status, wrong.expected, wrong.observed], ['fail', 'group_by job', 'a notification grouped by alertname, job'])
})

test('what arrived at a receiver that it must not go to says nothing of the grouping', () => {
  const elsewhere = alter(run({ mutant: 'wrong-receiver' }), 'notification', (entry) => ({
    ...entry,
    body: { ...(entry.body as object), groupLabels: { alertname: 'Probed' } },
  }))
  const verdict = verdictOf(elsewhere, 'grouped-as-specified')
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
  assert.match(verdict.observed, /at a specified receiver \(see notification-delivered\)/)
})

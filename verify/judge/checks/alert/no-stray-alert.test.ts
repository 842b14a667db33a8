import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries } from '../../../../testing/journals/honest-run.ts'

test('a run that explains all its alerts passes', () => {
  const verdict = verdictOf(run(), 'no-stray-alert')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('an alert after the last experiment fails', () => {
  const verdict = verdictOf(
    withEntries(run(), {
      kind: 'alerts-series',
      metric: 'ALERTS',
      series: [{ metric: { alertname: 'Late', alertstate: 'firing' }, values: [[1_795_360_000.7, '1']] }],
    }),
    'no-stray-alert',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Late/)
})

test("the drill's own synthetic alerts are no strays, another drill's are", () => {
  const told = (firedrill: string): Parameters<typeof withEntries>[1] => ({
    kind: 'notification',
    path: '/critical',
    receiver: 'critical',
    arrivedMs: 1_795_360_000_000,
    method: 'POST',
    headers: {},
    body: {
      status: 'firing',
      groupLabels: {},
      alerts: [{ status: 'firing', labels: { alertname: 'ServiceDown', firedrill }, startsAt: '2026-11-22T10:00:00Z' }],
    },
  })
  assert.equal(verdictOf(withEntries(run(), told('simulated')), 'no-stray-alert').status, 'pass')
  assert.equal(verdictOf(withEntries(run(), told('somebody-else')), 'no-stray-alert').status, 'fail')
})

test('a drill of traces alone watched no alert, so it does not say that there was none', () => {
  const alone = alter(run(), 'header', (entry) => ({ ...entry, plan: { ...entry.plan, experiments: [], logs: ['shop'] } }))
  assert.equal(verdictOf(alone, 'no-stray-alert').status, 'skipped')
  assert.doesNotMatch(verdictOf(alone, 'healthy-start').expected, /no alert/)
  assert.equal(
    verdictOf(
      alter(alone, 'dashboard', () => undefined),
      'slo-panel-has-data',
    ).status,
    'skipped',
  )
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries } from '../../../../testing/honest-run.ts'

test('all up and nothing active passes', () => {
  const verdict = verdictOf(run(), 'healthy-start')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a target that is down is named', () => {
  const verdict = verdictOf(
    alter(run(), 'targets', (entry) => ({ ...entry, targets: [{ job: 'probed', instance: 'x', health: 'down', lastError: 'refused' }] })),
    'healthy-start',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'unhealthy-start')
  assert.match(verdict.observed ?? '', /refused/)
})

test('a target that is missing is named', () => {
  const verdict = verdictOf(
    alter(run(), 'targets', (entry) => ({ ...entry, targets: [] })),
    'healthy-start',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no target of job probed/)
})

test('an alert that was on already is named', () => {
  const verdict = verdictOf(
    withEntries(run(), {
      kind: 'alerts-series',
      metric: 'ALERTS',
      series: [{ metric: { alertname: 'Probed', job: 'old', alertstate: 'firing' }, values: [[1_795_357_000.7, '1']] }],
    }),
    'healthy-start',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /job="old"/)
})

test('an alert of somebody else and a target of a job that nobody promised are mentioned at most', () => {
  const watched = withEntries(run(), {
    kind: 'alerts-series',
    metric: 'ALERTS',
    series: [{ metric: { alertname: 'Watchdog', alertstate: 'firing' }, values: [[1_795_357_000.7, '1']] }],
  })
  const verdict = verdictOf(
    alter(watched, 'targets', (entry) => ({
      ...entry,
      targets: [...entry.targets, { job: 'elsewhere', instance: 'x', health: 'down', lastError: 'refused' }],
    })),
    'healthy-start',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /alerts of other rules active: Watchdog/)
})

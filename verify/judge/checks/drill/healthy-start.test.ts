import { test } from 'node:test'
import assert from 'node:assert/strict'
import { alter, run, verdictOf, withEntries, withSpec } from '../../../../testing/journals/honest-run.ts'
import { inVain, judge } from '../../judge.ts'
import type { Journal } from '../../../model/journal.ts'

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
  assert.match(verdict.diagnosis ?? '', /probed \(x\) is down: refused\. Start what is down, or correct its target in prometheus\.yml/)
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

/** Another target of service shop does not answer Prometheus; k6 had `status` of shop, a second apart, in the last ten seconds. */
function deaf(status: number, lastError = 'dial tcp 10.0.0.7:9404: connect: connection refused'): Journal {
  const down = alter(run(), 'targets', (entry) => ({
    ...entry,
    targets: [...entry.targets, { job: 'shop-jvm', instance: '10.0.0.7:9404', health: 'down', lastError }],
  }))
  const { atMs } = down.entries.find(({ kind }) => kind === 'targets') ?? { atMs: 0 }
  const { platform } = down.entries.flatMap((entry) => (entry.kind === 'header' ? [entry.spec] : []))[0]!
  const slices = Array.from({ length: 10 }, (_, index) => ({
    fromMs: atMs - (index + 1) * 1_000,
    service: 'shop',
    statuses: { [status]: 1 },
    latency: { 6: 1 },
  }))
  return withEntries(
    withSpec(down, { platform: { ...platform, targets: [...platform.targets, { job: 'shop-jvm', address: 'shop:9404' }] } }),
    {
      kind: 'load',
      experiment: 'drill',
      leg: 'background',
      phase: 'end',
      scenario: 'steady',
      params: {},
      exitCode: 105,
      summary: {
        iterations: 10,
        droppedIterations: 0,
        requests: 10,
        failedRequests: 0,
        ratePerS: 1,
        durationP95Ms: 6,
        statuses: {},
        slices,
      },
    },
  )
}

test('a target that is down although its service answers is a failure of that service', () => {
  const verdict = verdictOf(deaf(200), 'healthy-start')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.equal(verdict.part, 'shop')
  assert.equal(inVain(deaf(200).entries), 'shop-jvm down although its service answers')
  assert.match(verdict.observed, /^target shop-jvm \(shop:9404\) is down .* while shop answered 10 of 10 requests of k6$/)
  assert.match(verdict.diagnosis ?? '', /^Compare shop:9404, .* with the port that shop opens/)
  assert.match(verdictOf(deaf(200, 'server returned HTTP status 404 Not Found'), 'healthy-start').diagnosis ?? '', /^Compare path and/)
})

test('a target whose service does not answer either, or whose scrape timed out, accuses no one', () => {
  for (const journal of [deaf(0), deaf(200, 'context deadline exceeded')])
    assert.deepEqual([verdictOf(journal, 'healthy-start').cause, inVain(journal.entries)], ['unhealthy-start', undefined])
})

test('what a deaf target kept from being drilled is skipped and says so', () => {
  const begun = alter(deaf(200), 'leg', () => undefined)
  const ended = alter(begun, 'footer', (entry) => ({ ...entry, ended: 'unhealthy-before', detail: 'not steady after 90 s' }))
  const verdicts = judge(ended)
  assert.deepEqual(
    verdicts.filter(({ status }) => status === 'fail' || status === 'unknown').map(({ check }) => check),
    ['healthy-start'],
  )
  assert.match(verdicts.find(({ check }) => check === 'alert-fired')?.observed ?? '', /^not drilled: healthy-start fails\./)
})

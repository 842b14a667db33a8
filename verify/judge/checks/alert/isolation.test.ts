import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, JournalBody, Sample } from '../../../model/journal.ts'
import { ZERO_MS } from '../../../../testing/virtual/virtual-journal.ts'
import { alter, run, verdictOf, withEntries, withExperiment, withSpec } from '../../../../testing/journals/honest-run.ts'

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
  const verdict = verdictOf(
    withExperiment(run({ mutant: 'stray-alert' }), { may: [{ alert: 'Other', labels: { job: 'elsewhere' }, because: '' }] }),
    'isolation',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a message about an alert that ALERTS never showed fails', () => {
  const verdict = verdictOf(
    alter(run(), 'notification', (entry) => {
      const body = entry.body as { alerts: { labels: Record<string, string> }[] }
      for (const alert of body.alerts) alert.labels = { alertname: 'Ghost' }
      return entry
    }),
    'isolation',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Ghost.*was notified to critical/)
})

/** The stray alert's own target ran into a timeout of one second at the very time; 10 s are specified. */
function withTimeouts(journal: Journal, specifiedMs: number, job = 'elsewhere'): Journal {
  const spec = journal.entries.find((entry) => entry.kind === 'header')!.spec
  const stray = journal.entries.find((entry) => entry.kind === 'alerts-series' && entry.metric === 'ALERTS')
  assert.ok(stray?.kind === 'alerts-series')
  const atS = stray.series.find(({ metric }) => metric['alertname'] === 'Other')!.values[0]![0]
  const series = (value: string) => [{ metric: { job, instance: 'x' }, values: [[atS - 1, value]] as [number, string][] }]
  return withEntries(
    withSpec(journal, { platform: { ...spec.platform, scrapeTimeoutMs: specifiedMs } }),
    { kind: 'raw', experiment: null, query: 'up[1m]', series: series('0') },
    { kind: 'raw', experiment: null, query: 'scrape_duration_seconds[1m]', series: series('1.001') },
  )
}

test('a stray on a target whose scrape hit a timeout that only compression made so short cannot be told', () => {
  const verdict = verdictOf(withTimeouts(run({ mutant: 'stray-alert' }), 10_000), 'isolation')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'scrape-gap')
  assert.match(verdict.observed, /compressed scrape timeout of 1 s/)
})

test('under a fault that only slows its own target down a scrape that timed out cannot be told either; one that stops it is the cause', () => {
  const about = (fault: string): Journal => {
    const stray = alter(run({ mutant: 'stray-alert' }), 'alerts-series', (entry) => ({
      ...entry,
      series: entry.series.map(({ metric, values }) => ({
        metric: metric['alertname'] === 'Other' ? { ...metric, job: 'probed', instance: 'x' } : metric,
        values,
      })),
    }))
    const { legs } = stray.entries.flatMap((entry) => (entry.kind === 'header' ? entry.plan.experiments : []))[0]!
    const harmed = legs.map((leg) => ({ ...leg, fault: { id: fault, target: 'probed', params: {} } }))
    return withTimeouts(withExperiment(stray, { legs: harmed }), 10_000, 'probed')
  }
  const slowed = verdictOf(about('heap-pressure'), 'isolation')
  assert.deepEqual([slowed.status, slowed.cause], ['unknown', 'scrape-gap'], JSON.stringify(slowed))
  assert.equal(verdictOf(about('pause-process'), 'isolation').status, 'fail')
})

test('with the timeout as specified it fails all the same', () => {
  const verdict = verdictOf(withTimeouts(run({ mutant: 'stray-alert' }), 1_000), 'isolation')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('an alert that had been active before the drill and goes on being told is not its doing', () => {
  const labels = { alertname: 'Watchdog', severity: 'none' }
  const message: JournalBody = {
    kind: 'notification',
    path: '/default',
    receiver: 'default',
    arrivedMs: ZERO_MS + 40_000,
    method: 'POST',
    headers: {},
    body: {
      groupLabels: {},
      alerts: [{ status: 'firing', labels, annotations: {}, startsAt: '2026-11-20T00:00:00Z', endsAt: '0001-01-01T00:00:00Z' }],
    },
  }
  assert.equal(verdictOf(withEntries(run(), message), 'isolation').status, 'fail', 'of one that ALERTS does not show nobody knows')
  const ticking = Array.from({ length: 60 }, (_, index): Sample => [ZERO_MS / 1_000 + index, '1'])
  const verdict = verdictOf(
    withEntries(run(), message, {
      kind: 'alerts-series',
      metric: 'ALERTS',
      series: [{ metric: { ...labels, alertstate: 'firing' }, values: ticking }],
    }),
    'isolation',
  )
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../model/journal.ts'
import { alter, run, verdictOf, withEntries, withExperiment, withSpec } from '../testing.ts'

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
  const verdict = verdictOf(withExperiment(run({ mutant: 'stray-alert' }), { may: [{ alert: 'Other', labels: { job: 'elsewhere' }, because: '' }] }), 'isolation')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('a message about an alert that ALERTS never showed fails', () => {
  const verdict = verdictOf(alter(run(), 'notification', (entry) => {
    const body = entry.body as { alerts: { labels: Record<string, string> }[] }
    for (const alert of body.alerts) alert.labels = { alertname: 'Ghost' }
    return entry
  }), 'isolation')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /Ghost.*was told to critical/)
})

/** The stray alert's own target ran into a timeout of one second at the very time; 10 s are specified. */
function withTimeouts(journal: Journal, specifiedMs: number): Journal {
  const spec = journal.entries.find((entry) => entry.kind === 'header')!.spec
  const stray = journal.entries.find((entry) => entry.kind === 'alerts-series' && entry.metric === 'ALERTS')
  assert.ok(stray?.kind === 'alerts-series')
  const atS = stray.series.find(({ metric }) => metric['alertname'] === 'Other')!.values[0]![0]
  const series = (value: string) => [{ metric: { job: 'elsewhere', instance: 'x' }, values: [[atS - 1, value]] as [number, string][] }]
  return withEntries(withSpec(journal, { platform: { ...spec.platform, scrapeTimeoutMs: specifiedMs } }),
    { kind: 'raw', experiment: null, query: 'up[1m]', series: series('0') }, { kind: 'raw', experiment: null, query: 'scrape_duration_seconds[1m]', series: series('1.001') })
}

test('a stray on a target whose scrape hit a timeout that only compression made so short cannot be told', () => {
  const verdict = verdictOf(withTimeouts(run({ mutant: 'stray-alert' }), 10_000), 'isolation')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'scrape-gap')
  assert.match(verdict.observed, /compressed timeout of 1 s/)
})

test('with the timeout as specified it fails all the same', () => {
  const verdict = verdictOf(withTimeouts(run({ mutant: 'stray-alert' }), 1_000), 'isolation')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

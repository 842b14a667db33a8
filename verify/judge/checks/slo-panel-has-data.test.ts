import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import { promisingNothing, recorded, unreadable, withoutDashboard, withPanel, withValue } from '../fixtures/slo/testing.ts'
import { alter, verdictOf } from '../testing.ts'

const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'slo-panel-has-data')

function fails(journal: Journal, observed: RegExp): void {
  const verdict = judged(journal)
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, observed)
}

test('the recorded drill: eight panels with data, five alerts and states listed', () => {
  const verdict = judged(recorded())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /Active alerts listed 5/)
})

test('empty, not a number, refused, missing', () => {
  fails(withPanel('Availability', (entry) => ({ ...entry, series: [] }), 'deployed'), /Availability is empty \(avg\(avg_over_time\(up\[24h\]\)\)\)/)
  fails(withValue('Latency p95', () => Number.NaN, 'deployed'), /Latency p95 is not a number/)
  fails(withPanel('Error rate', (entry) => ({ ...entry, series: [], error: 'HTTP 400 parse error' }), 'deployed'), /Error rate: .*HTTP 400 parse error/)
  fails(alter(recorded(), 'dashboard', (entry) => ({ ...entry, panels: entry.panels.filter(({ title }) => title !== 'Error budget') })), /there is no panel Error budget/)
  fails(alter(recorded(), 'dashboard', (entry) => ({ ...entry, panels: entry.panels.map((panel) => ({ ...panel, queries: 0 })) })), /Availability has no query/)
})

test('a service that is missing from a panel by service', () => {
  fails(withPanel('Latency p95 by service', (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['job'] !== 'fluxpay-engine') }), 'deployed'), /Latency p95 by service has no series of fluxpay-engine/)
})

test('the list of alerts has all that were active, and no other', () => {
  fails(withPanel('Active alerts', (entry) => ({ ...entry, series: entry.series.filter(({ metric }) => metric['alertstate'] === 'pending') })), /never listed \{alertname="(HighErrorRate|ServiceDown)".*firing/)
  fails(withPanel('Active alerts', (entry) => ({ ...entry, series: [...entry.series, { metric: { alertname: 'Ghost', alertstate: 'firing' }, values: [[1, '1']] }] })), /listed \{alertname="Ghost", alertstate="firing"\}, which ALERTS never had/)
  fails(withPanel('Active alerts', (entry) => ({ ...entry, series: entry.series.map((series) => ({ ...series, values: [[entry.fromMs / 1000 - 60, '1'], ...series.values] })) })), /when it was not/)
})

test('without traffic of its own a drill does not blame the panel', () => {
  const verdict = judged(alter(withValue('Latency p95', () => Number.NaN, 'deployed'), 'load', () => undefined))
  assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'load-short'])
})

test('without evidence nothing is said', () => {
  const answers = [withoutDashboard(), unreadable(), withPanel('Active alerts', () => undefined), alter(recorded(), 'alerts-series', () => undefined)].map((journal) => judged(journal).status)
  assert.deepEqual(answers, ['unknown', 'unknown', 'unknown', 'unknown'])
  assert.equal(judged(promisingNothing()).status, 'skipped')
})

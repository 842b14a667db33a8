import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import type { Verdict } from '../../model/verdict.ts'
import { promisingNothing, recorded, unreadable, withoutDashboard, withPanel, withValue } from '../fixtures/slo/testing.ts'
import { alter, verdictOf } from '../testing.ts'

function judged(journal: Journal): Verdict {
  return verdictOf(journal, 'slo-value-matches')
}

function fails(journal: Journal, observed: RegExp): void {
  const verdict = judged(journal)
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, observed)
}

test('the recorded drill: all four panels show what was counted', () => {
  const verdict = judged(recorded())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.expected, /Availability: 0\.97643, from 594 samples of up of 9 targets/)
  assert.match(verdict.expected, /523 errors among 1062 answers by the samples; k6 counted 523 to \d+ errors/)
})

test('a number that is a little off fails', () => {
  fails(withValue('Error rate', (value) => value * 1.05), /Error rate: 0\.50771/)
  fails(withValue('Error rate', () => 0), /Error rate: 0$/)
  fails(withValue('Error rate', () => Number.NaN), /NaN/)
  fails(withValue('Error budget', (value) => value - 2_000), /Error budget: -50253/)
  fails(withValue('Latency p95', (value) => value * 2), /Latency p95: 0\.009829/)
  fails(withValue('Availability', (value) => value + 0.001), /Availability: 0\.97743/)
  fails(withValue('Availability', () => 1), /Availability: 1$/)
})

test('the unit of the panel counts', () => {
  const percent = alter(withValue('Error rate', (value) => value * 100), 'dashboard', (entry) => ({ ...entry, panels: entry.panels.map((panel) => (panel.title === 'Error rate' ? { ...panel, unit: 'percent' } : panel)) }))
  assert.equal(judged(percent).status, 'pass')
  fails(withValue('Error rate', (value) => value * 100), /48\.353/)
})

test('scrapes counted with the answers are allowed, and told', () => {
  const scrapes = 57
  const verdict = judged(withValue('Error rate', (value) => (value * 1_040) / (1_040 + scrapes)))
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /own scrapes counted with the answers/)
})

test('counters that miss answers accuse the panel however well it computes', () => {
  const half = alter(recorded(), 'counters', (entry) => ({ ...entry, series: entry.series.map((series) => ({ ...series, values: series.values.map(([timeS, value]) => [timeS, String(Number(value) / 2)]) })) }))
  const verdict = judged(half)
  assert.equal(verdict.status, 'fail')
  assert.match(verdict.expected, /as k6 counted/)
  assert.match(verdict.observed, /261\.5/)
})

test('a server that counts more than a lone k6 sent is wrong, beside other users it is not', () => {
  const more = alter(recorded(), 'counters', (entry) => ({ ...entry, series: entry.series.map((series) => ({ ...series, values: series.values.map(([timeS, value]) => [timeS, String(Number(value) * 2)]) })) }))
  assert.equal(judged(more).status, 'fail')
  assert.equal(judged(alter(more, 'load', (entry) => ({ ...entry, leg: entry.leg === 'background' ? 'other' : entry.leg }))).status, 'pass')
})

test('clients that wait much longer than the panel says accuse it', () => {
  const slow = alter(recorded(), 'load', (entry) => (entry.summary?.slices === undefined ? entry : { ...entry, summary: { ...entry.summary, slices: entry.summary.slices.map((slice) => ({ ...slice, latency: { 900: Object.values(slice.latency).reduce((sum, count) => sum + count, 0) } })) } }))
  fails(slow, /Latency p95: 0\.0049/)
  assert.match(judged(slow).expected, /what clients saw, 0\.9 s/)
})

test('no number, several numbers or a refused query fail', () => {
  fails(withPanel('Availability', (entry) => ({ ...entry, series: [] })), /Availability: 0 series/)
  fails(withPanel('Availability', (entry) => ({ ...entry, series: [...entry.series, ...entry.series] })), /Availability: 2 series/)
  fails(withPanel('Error rate', (entry) => ({ ...entry, series: [], error: 'parse error' })), /parse error/)
})

test('without evidence nothing is said', () => {
  const causes = [withoutDashboard(), unreadable(), alter(recorded(), 'counters', () => undefined), withPanel('Latency p95', () => undefined), alter(recorded(), 'load', () => undefined)].map((journal) => {
    const { status, cause } = judged(journal)
    return [status, cause]
  })
  assert.deepEqual(causes, [['unknown', 'evidence-missing'], ['unknown', 'evidence-missing'], ['unknown', 'evidence-missing'], ['unknown', 'evidence-missing'], ['unknown', 'load-short']])
  assert.equal(judged(promisingNothing()).status, 'skipped')
})

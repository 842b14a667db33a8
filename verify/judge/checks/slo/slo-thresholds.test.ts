import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DashboardPanel, Journal } from '../../../model/journal.ts'
import { promisingNothing, recorded, unreadable, withoutDashboard } from '../../../../testing/journals/slo-journal.ts'
import { alter, verdictOf } from '../../../../testing/journals/honest-run.ts'

const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'slo-thresholds')

function withPanelOf(title: string, change: Partial<DashboardPanel>): Journal {
  return alter(recorded(), 'dashboard', (entry) => ({
    ...entry,
    panels: entry.panels.map((panel) => (panel.title === title ? { ...panel, ...change } : panel)),
  }))
}

const steps = (...all: [number | null, string][]): DashboardPanel['thresholds'] => ({
  mode: 'absolute',
  steps: all.map(([value, color]) => ({ value, color })),
})

test('the delivered colours turn at the objectives', () => {
  const verdict = judged(recorded())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.equal(verdict.expected, 'Availability at 0.999, Latency p95 at 0.5, Error rate at 0.001, Error budget at 0')
})

test('another number, colours the wrong way round, one colour for both', () => {
  const cases: [Journal, RegExp][] = [
    [withPanelOf('Availability', { thresholds: steps([null, 'red'], [0.99, 'green']) }), /Availability turns at 0\.99, not at 0\.999/],
    [
      withPanelOf('Latency p95', { thresholds: steps([null, 'red'], [0.5, 'green']) }),
      /Latency p95 is red below 0\.5, where the objective is met/,
    ],
    [
      withPanelOf('Error rate', { thresholds: steps([null, 'green'], [0.001, 'dark-green'], [0.01, 'red']) }),
      /Error rate is dark-green from 0\.001 on, where it is missed/,
    ],
    [withPanelOf('Error budget', { thresholds: steps([null, 'orange'], [0, 'orange'], [25, 'green']) }), /orange on both sides of 0/],
    [withPanelOf('Error budget', { thresholds: steps() }), /turns at nothing/],
    [withPanelOf('Error rate', { unit: 'percent' }), /turns at 0\.001, not at 0\.1/],
  ]
  for (const [journal, observed] of cases) {
    const verdict = judged(journal)
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.observed, observed)
  }
})

test('the advice says which colour on which side of what', () => {
  const turned = judged(withPanelOf('Availability', { thresholds: steps([null, 'green'], [0.999, 'red']) }))
  assert.equal(
    turned.diagnosis,
    'In the SLO dashboard, set fieldConfig.defaults.thresholds of Availability: red below 0.999, green from there on.',
  )
  assert.equal(turned.part, 'Availability')
  const late = judged(withPanelOf('Latency p95', { thresholds: steps([null, 'green'], [2, 'red']) }))
  assert.match(late.diagnosis ?? '', /of Latency p95: green below 0\.5, red from there on\.$/)
})

test('codes of colours, percentages of the scale and other units', () => {
  assert.equal(judged(withPanelOf('Error rate', { thresholds: steps([null, '#73BF69'], [0.001, '#F2495C']) })).status, 'pass')
  assert.equal(judged(withPanelOf('Error rate', { thresholds: steps([null, '#F2495C'], [0.001, '#73BF69']) })).status, 'fail')
  assert.equal(
    judged(withPanelOf('Latency p95', { unit: 'ms', thresholds: steps([null, 'green'], [400, 'yellow'], [500, 'red']) })).status,
    'pass',
  )
  assert.equal(
    judged(withPanelOf('Availability', { min: 0, max: 1, thresholds: { ...steps([null, 'red'], [99.9, 'green']), mode: 'percentage' } }))
      .status,
    'pass',
  )
})

test('without a dashboard nothing is said', () => {
  assert.deepEqual(
    [withoutDashboard(), unreadable(), promisingNothing()].map((journal) => judged(journal).status),
    ['unknown', 'unknown', 'skipped'],
  )
})

test('thresholds that colour nothing fail whatever they say', () => {
  const verdict = judged(withPanelOf('Error rate', { colourless: 'its colour is always green, not by threshold' }))
  assert.deepEqual([verdict.status, verdict.observed], ['fail', 'Error rate takes no colour: its colour is always green, not by threshold'])
})

test("a unit that says nothing leaves the scale to the thresholds; words of one's own and rgb() are read", () => {
  assert.equal(judged(withPanelOf('Availability', { unit: 'none', thresholds: steps([null, 'red'], [99.9, 'green']) })).status, 'pass')
  assert.equal(
    judged(withPanelOf('Error rate', { unit: 'suffix:%', thresholds: steps([null, 'rgba(50, 172, 45, 0.97)'], [0.1, 'rgb(245, 54, 54)']) }))
      .status,
    'pass',
  )
  assert.equal(judged(withPanelOf('Error rate', { unit: 'suffix:%', thresholds: steps([null, 'green'], [0.001, 'red']) })).status, 'fail')
  assert.equal(judged(withPanelOf('Latency p95', { unit: 'µs', thresholds: steps([null, 'green'], [500_000, 'red']) })).status, 'pass')
  assert.equal(judged(withPanelOf('Latency p95', { unit: 's', thresholds: steps([null, 'green'], [500, 'red']) })).status, 'fail')
})

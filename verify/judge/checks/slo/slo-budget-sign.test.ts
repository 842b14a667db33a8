import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../../model/journal.ts'
import { promisingNothing, recorded, unreadable, withoutDashboard, withPanel, withValue } from '../../../../testing/journals/slo-journal.ts'
import { alter, verdictOf } from '../../../../testing/journals/honest-run.ts'

const judged = (journal: Journal): ReturnType<typeof verdictOf> => verdictOf(journal, 'slo-budget-sign')

/** Neither panel sees an error. */
function blind(): Journal {
  const rates = withValue('Error rate', () => 0)
  return alter(rates, 'panel', (entry) =>
    entry.title === 'Error budget'
      ? { ...entry, series: entry.series.map(({ metric, values }) => ({ metric, values: values.map(([timeS]) => [timeS, '100']) })) }
      : entry,
  )
}

test('the recorded drill: equal at every instant, far below zero while MySQL was down', () => {
  const verdict = judged(recorded())
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /equal at 57 instants, negative at 29 of them, -99900 at worst/)
})

test('a budget that stops at zero, or has another SLO in it, fails with the moment and the number', () => {
  for (const change of [(left: number) => Math.max(0, left), (left: number) => 100 - (100 - left) / 10]) {
    const verdict = judged(withValue('Error budget', change))
    assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
    assert.match(verdict.expected, /^-\d+ at \d\d:\d\d:\d\d\.\d{3}, where the error rate is 0\.\d+/)
    assert.match(
      verdict.diagnosis ?? '',
      /^In the SLO dashboard, make the query of Error budget \(1 - error rate \/ 0\.001\) \* 100\. It is \(1 - /,
    )
  }
  const clamped = alter(
    withValue('Error budget', (left) => Math.max(0, left)),
    'panel',
    (entry) => (entry.title === 'Error budget' ? { ...entry, expr: `clamp_min(${entry.expr}, 0)` } : entry),
  )
  assert.match(
    judged(clamped).diagnosis ?? '',
    /^In the SLO dashboard, take clamp_min\(\) out of the query of Error budget: .* It is clamp_min\(/,
  )
})

test('panels that agree with one another but see no error are found out by k6', () => {
  const verdict = judged(blind())
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /negative at 0 of them; k6 got 446 errors/)
})

test('a drill without errors overspends nothing', () => {
  const verdict = judged(
    alter(blind(), 'load', (entry) =>
      entry.summary?.slices === undefined
        ? entry
        : { ...entry, summary: { ...entry.summary, slices: entry.summary.slices.map((slice) => ({ ...slice, statuses: { 200: 1 } })) } },
    ),
  )
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

test('a refused query fails, missing evidence is unknown', () => {
  assert.equal(judged(withPanel('Error rate', (entry) => ({ ...entry, series: [], error: 'bad' }))).status, 'fail')
  for (const journal of [
    withoutDashboard(),
    unreadable(),
    withPanel('Error budget', () => undefined),
    withPanel('Error rate', (entry) => ({ ...entry, series: [] })),
  ])
    assert.equal(judged(journal).status, 'unknown')
  assert.equal(judged(promisingNothing()).status, 'skipped')
})

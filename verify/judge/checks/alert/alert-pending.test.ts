import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../../model/journal.ts'
import { alter, run, verdictOf, withEntries, withExperiment } from '../../../../testing/journals/honest-run.ts'

const WIDE = { earliestMs: 0, latestMs: 600_000 }
const WINDOWS = { pending: WIDE, firing: WIDE, notified: WIDE, resolved: WIDE, resolvedNotified: WIDE }

test('pending inside its window passes', () => {
  const verdict = verdictOf(run(), 'alert-pending')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
})

test('never pending fails', () => {
  const verdict = verdictOf(run({ mutant: 'metric-misspelt' }), 'alert-pending')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /ALERTS has no pending/)
})

test('pending before the fault could have done it fails', () => {
  const verdict = verdictOf(
    withExperiment(run(), { windows: { ...WINDOWS, pending: { earliestMs: 60_000, latestMs: 90_000 } } }),
    'alert-pending',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /too early/)
})

test('pending long after the fault fails', () => {
  const verdict = verdictOf(withExperiment(run(), { windows: { ...WINDOWS, pending: { earliestMs: 0, latestMs: 1 } } }), 'alert-pending')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /too late/)
})

test('what the condition brought about before the fault is not blamed on the rule', () => {
  const early = alter(run(), 'fault', (entry) => ({ ...entry, startedMs: entry.startedMs + 4_000, effectiveMs: entry.effectiveMs + 4_000 }))
  const verdict = verdictOf(early, 'alert-pending')
  assert.equal(verdict.status, 'unknown')
  assert.equal(verdict.cause, 'unhealthy-start')
})

test('a target that is down is blamed only where the specified condition did not hold', () => {
  const down = (journal: Journal): Journal =>
    alter(journal, 'raw', (entry) =>
      entry.query.startsWith('up[')
        ? { ...entry, series: entry.series.map((each) => ({ ...each, values: each.values.map(([atS]): [number, string] => [atS, '0']) })) }
        : entry,
    )
  const silent = withEntries(
    alter(down(run()), 'alerts-series', () => undefined),
    { kind: 'alerts-series', metric: 'ALERTS', series: [] },
  )
  const never = alter(silent, 'evaluated', (entry) => (entry.what === 'condition' ? { ...entry, series: [] } : entry))
  assert.match(verdictOf(never, 'alert-pending').diagnosis ?? '', /Target probed could not be scraped/)
  // As absent() does: true because the target is down.
  const held = verdictOf(silent, 'alert-pending')
  assert.equal(held.status, 'fail', JSON.stringify(held))
  assert.doesNotMatch(held.diagnosis ?? '', /could not be scraped/)
})

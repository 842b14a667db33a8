import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal } from '../../../model/journal.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { alter, EXPERIMENT, run, verdictOf, withEntries, withExperiment } from '../../../../testing/journals/honest-run.ts'

const WIDE = { earliestMs: 0, latestMs: 600_000 }
const WINDOWS = { pending: WIDE, firing: WIDE, notified: WIDE, resolved: WIDE, resolvedNotified: WIDE }

test('a rule that keeps its promise passes, with the window it was held to', () => {
  const verdict = verdictOf(run(), 'alert-fired')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.ok(verdict.window !== undefined && verdict.window.observedMs !== null)
  assert.equal(verdict.title, 'The alert fired at activeAt plus `for`')
})

test('a doubled `for` fails and is named', () => {
  const verdict = verdictOf(run({ mutant: 'for-doubled' }), 'alert-fired')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /specified is 8s/)
  assert.match(verdict.diagnosis ?? '', /16s/)
})

test('a doubled threshold fails and is named', () => {
  const verdict = verdictOf(run({ mutant: 'threshold-doubled' }), 'alert-fired')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /never active/)
  assert.match(verdict.diagnosis ?? '', /its expression has threshold 20 instead of 10/)
})

test('a misspelt metric fails and is named', () => {
  const verdict = verdictOf(run({ mutant: 'metric-misspelt' }), 'alert-fired')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.diagnosis ?? '', /probedx/)
})

test('no `for` at all fires too early', () => {
  const verdict = verdictOf(run({ mutant: 'for-zero' }), 'alert-fired')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('without its cause nothing is said', () => {
  const verdict = verdictOf(run({ mutant: 'not-injected' }), 'alert-fired')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
})

test('a rule that had nothing to fire for, because the load fell short, is not blamed', () => {
  const stopping = withExperiment(run({ world: { stopsEveryMs: 8_000 } }), {
    legs: [
      { name: 'fire', atMs: 0, holdMs: 0, because: '', load: { scenario: 'burst', params: {} } },
      { name: 'clear', atMs: 0, holdMs: 0, because: '' },
    ],
  })
  const delivered = (journal: Journal, droppedIterations: number): Verdict =>
    verdictOf(
      withEntries(journal, {
        ...{ kind: 'load', experiment: EXPERIMENT, leg: 'fire', phase: 'end', scenario: 'burst', params: {}, exitCode: 105 },
        summary: { iterations: 900, droppedIterations, requests: 900, failedRequests: 0, ratePerS: 19, durationP95Ms: 5, statuses: {} },
      }),
      'alert-fired',
    )
  const short = delivered(stopping, 100)
  assert.deepEqual([short.status, short.cause], ['unknown', 'load-short'], short.observed)
  assert.match(short.observed, /never firing\. But: fire: 100 of 1000 iterations dropped$/)
  assert.equal(delivered(stopping, 0).status, 'fail')
  // What was due by the specified rule and did not fire is a failure with any load.
  const due = run({ mutant: 'for-doubled' })
  assert.equal(delivered(due, 100).status, 'fail')
})

test('firing before the fault could have done it fails', () => {
  const verdict = verdictOf(
    withExperiment(run(), { windows: { ...WINDOWS, firing: { earliestMs: 60_000, latestMs: 90_000 } } }),
    'alert-fired',
  )
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /too early/)
})

test('firing long after the fault fails', () => {
  const verdict = verdictOf(withExperiment(run(), { windows: { ...WINDOWS, firing: { earliestMs: 0, latestMs: 1_000 } } }), 'alert-fired')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /too late/)
})

test('what the condition brought about before the fault is not blamed on the rule', () => {
  const early = alter(run(), 'fault', (entry) => ({ ...entry, startedMs: entry.startedMs + 4_000, effectiveMs: entry.effectiveMs + 4_000 }))
  const verdict = verdictOf(early, 'alert-fired')
  assert.equal(verdict.status, 'unknown')
  assert.equal(verdict.cause, 'unhealthy-start')
})

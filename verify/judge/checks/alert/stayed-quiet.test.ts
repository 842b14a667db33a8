import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, JournalBody } from '../../../model/journal.ts'
import { alter, run, verdictOf, withEntries, withExperiment, EXPERIMENT } from '../../../../testing/journals/honest-run.ts'

test('pending in a fault shorter than `for` is right', () => {
  const verdict = verdictOf(run({ world: { kind: 'up' } }), 'stayed-quiet')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /pending at/)
})

test('firing in it is not', () => {
  const verdict = verdictOf(run({ world: { kind: 'up' }, mutant: 'for-zero' }), 'stayed-quiet')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /firing at/)
})

test('a level below the threshold with a rule that is too sensitive fails', () => {
  const verdict = verdictOf(run({ world: { kind: 'rate' }, mutant: 'threshold-halved' }), 'stayed-quiet')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
})

test('a near miss that was none is unknown', () => {
  const verdict = verdictOf(run({ world: { kind: 'rate', quietLevel: 12 } }), 'stayed-quiet')
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.match(verdict.observed ?? '', /no near miss/)
})

/** With a fault in the quiet leg that lasted 3 s, two more than its scrapes allow. */
function overlong(journal: Journal): Journal {
  const quiet = journal.entries.find((entry) => entry.kind === 'leg' && entry.leg === 'quiet' && entry.phase === 'begin')
  assert.ok(quiet)
  const legs = journal.entries.find((entry) => entry.kind === 'header')?.plan.experiments[0]?.legs ?? []
  return withEntries(
    withExperiment(journal, { legs: legs.map((leg) => (leg.name === 'quiet' ? { ...leg, mustEndWithinMs: 1_000 } : leg)) }),
    ...(['inject', 'undo'] as const).map((phase, index) => ({
      kind: 'fault' as const,
      experiment: EXPERIMENT,
      leg: 'quiet',
      phase,
      fault: 'break',
      target: 'probed',
      startedMs: quiet.atMs + index * 3_000,
      effectiveMs: quiet.atMs + index * 3_000,
      ok: true,
      detail: '',
    })),
  )
}

test('a fault that lasted too long was a near miss when the evaluations saw it for less than `for`', () => {
  const verdict = verdictOf(overlong(run({ world: { kind: 'up' } })), 'stayed-quiet')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /^pending at \d+ evaluations, never firing; .*the fault lasted 3 s, .*true for less than `for`$/)
})

test('an alert that fires in such a near miss fires against the specification', () => {
  const verdict = verdictOf(overlong(run({ world: { kind: 'up' }, mutant: 'for-zero' })), 'stayed-quiet')
  assert.equal(verdict.status, 'fail', JSON.stringify(verdict))
  assert.match(verdict.observed, /^firing at/)
})

test('a fault that lasted too long and that no evaluation saw, or whose condition held as long as `for`, is unknown', () => {
  const blind = alter(overlong(run({ world: { kind: 'up' } })), 'evaluated', (entry) =>
    entry.what === 'condition' ? { ...entry, series: [] } : entry,
  )
  const unseen = alter(blind, 'alerts-series', (entry) => ({ ...entry, series: [] }))
  for (const journal of [unseen, withExperiment(overlong(run({ world: { kind: 'up' } })), { forMs: 1_000 })]) {
    const verdict = verdictOf(journal, 'stayed-quiet')
    assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'not-injected'], JSON.stringify(verdict))
    assert.match(verdict.observed, /no near miss: the fault lasted 3 s, longer than 1 s/)
  }
})

test('an experiment without a quiet leg is skipped', () => {
  const verdict = verdictOf(
    withExperiment(run(), {
      legs: [
        { name: 'fire', atMs: 0, holdMs: 0, because: '' },
        { name: 'clear', atMs: 0, holdMs: 0, because: '' },
      ],
    }),
    'stayed-quiet',
  )
  assert.equal(verdict.status, 'skipped', JSON.stringify(verdict))
})

const FAULTY = {
  legs: [
    {
      name: 'quiet' as const,
      atMs: 0,
      holdMs: 0,
      because: '',
      mustEndWithinMs: 9_000,
      fault: { id: 'break', target: 'probed', params: {} },
    },
    { name: 'fire' as const, atMs: 0, holdMs: 0, because: '' },
    { name: 'clear' as const, atMs: 0, holdMs: 0, because: '' },
  ],
}
const quietFault = (phase: 'inject' | 'undo', ok = true): JournalBody => ({
  kind: 'fault',
  experiment: EXPERIMENT,
  leg: 'quiet',
  phase,
  fault: 'break',
  target: 'probed',
  startedMs: 0,
  effectiveMs: 0,
  ok,
  detail: 'refused',
})

test('a planned fault that nobody applied is no near miss', () => {
  const silent = alter(run(), 'fault', (entry) => (entry.leg === 'quiet' ? undefined : entry))
  const verdict = verdictOf(withExperiment(silent, FAULTY), 'stayed-quiet')
  assert.equal(verdict.cause, 'not-injected', JSON.stringify(verdict))
  assert.match(verdict.observed, /no injection of break on probed/)
  assert.equal(
    verdictOf(withExperiment(withEntries(silent, quietFault('inject'), quietFault('undo')), FAULTY), 'stayed-quiet').status,
    'pass',
  )
})

test('a fault that was not undone was no short one', () => {
  const silent = alter(run(), 'fault', (entry) => (entry.leg === 'quiet' ? undefined : entry))
  for (const undo of [[], [quietFault('undo', false)]]) {
    const verdict = verdictOf(withExperiment(withEntries(silent, quietFault('inject'), ...undo), FAULTY), 'stayed-quiet')
    assert.equal(verdict.cause, 'not-injected', JSON.stringify(verdict))
    assert.match(verdict.observed, /no successful undo of the fault/)
  }
})

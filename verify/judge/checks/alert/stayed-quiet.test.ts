import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, JournalBody, Series } from '../../../model/journal.ts'
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

/** With a fault in the quiet leg that lasted longer than the second that its scrapes allow. */
function overlong(journal: Journal, lastedMs = 3_000): Journal {
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
      startedMs: quiet.atMs + index * lastedMs,
      effectiveMs: quiet.atMs + index * lastedMs,
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

/** Until the fire leg the condition was never true at an evaluation, and no alert was active. */
function unseen(journal: Journal): Journal {
  const fire = journal.entries.find((entry) => entry.kind === 'leg' && entry.leg === 'fire' && entry.phase === 'begin')
  const later = (series: Series[]): Series[] =>
    series.map((each) => ({ ...each, values: each.values.filter(([timeS]) => timeS * 1_000 >= (fire?.atMs ?? 0)) }))
  const blind = alter(journal, 'evaluated', (entry) => (entry.what === 'condition' ? { ...entry, series: later(entry.series) } : entry))
  return alter(blind, 'alerts-series', (entry) => ({ ...entry, series: later(entry.series) }))
}

test('a fault that lasted too long and whose condition held as long as `for`, or that no evaluation saw for longer than that, is unknown', () => {
  const up = run({ world: { kind: 'up' } })
  for (const journal of [unseen(overlong(up, 8_000)), withExperiment(overlong(up), { forMs: 1_000 })]) {
    const verdict = verdictOf(journal, 'stayed-quiet')
    assert.deepEqual([verdict.status, verdict.cause], ['unknown', 'not-injected'], JSON.stringify(verdict))
    assert.match(verdict.observed, /no near miss: the fault lasted [38] s, longer than 1 s/)
  }
})

test('a fault that no evaluation saw and that was over before `for` was a near miss', () => {
  const verdict = verdictOf(unseen(overlong(run({ world: { kind: 'up' } }), 7_900)), 'stayed-quiet')
  assert.equal(verdict.status, 'pass', JSON.stringify(verdict))
  assert.match(verdict.observed, /^no alert; .*the fault lasted 7\.9 s/)
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

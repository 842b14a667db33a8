import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalBody } from '../../../model/journal.ts'
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

test('a fault that lasted too long is unknown', () => {
  const verdict = verdictOf(
    withEntries(
      withExperiment(run(), {
        legs: [
          { name: 'quiet', atMs: 0, holdMs: 0, because: '', mustEndWithinMs: 2_000 },
          { name: 'fire', atMs: 0, holdMs: 0, because: '' },
          { name: 'clear', atMs: 0, holdMs: 0, because: '' },
        ],
      }),
      ...(['inject', 'undo'] as const).map((phase, index) => ({
        kind: 'fault' as const,
        experiment: EXPERIMENT,
        leg: 'quiet',
        phase,
        fault: 'break',
        target: 'probed',
        startedMs: index * 9_000,
        effectiveMs: index * 9_000,
        ok: true,
        detail: '',
      })),
    ),
    'stayed-quiet',
  )
  assert.equal(verdict.status, 'unknown', JSON.stringify(verdict))
  assert.equal(verdict.cause, 'not-injected')
  assert.match(verdict.observed ?? '', /longer than 2 s/)
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

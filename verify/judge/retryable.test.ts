import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal, JournalEntry } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { UnknownCause, Verdict } from '../model/verdict.ts'
import { judge } from './judge.ts'
import { retryable } from './retryable.ts'
import { alter, EXPERIMENT, run, withEntries } from '../../testing/journals/honest-run.ts'

/** A copy of a journal as it would be had everything happened `byMs` later (whole intervals, so that the grids stay). */
function later(journal: Journal, byMs: number): Journal {
  const shift = (value: unknown): unknown => {
    if (typeof value === 'number') return value > 1e12 ? value + byMs : value > 1e9 ? value + byMs / 1_000 : value
    if (typeof value === 'string')
      return /^\d{10}(\.\d+)?$/.test(value)
        ? String(Number(value) + byMs / 1_000)
        : /^\d{4}-\d\d-\d\dT.*Z$/.test(value)
          ? new Date(Date.parse(value) + byMs).toISOString()
          : value
    if (Array.isArray(value)) return value.map(shift)
    return typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shift(each)]))
      : value
  }
  return { entries: journal.entries.map((entry) => shift(entry) as JournalEntry), problems: journal.problems }
}

function planIn(journal: Journal): Plan {
  return journal.entries.flatMap((entry) => (entry.kind === 'header' ? [entry.plan] : []))[0]!
}

/** The first journal, then the second one as another attempt ten minutes later. */
function twice(first: Journal, second: Journal): Journal {
  const entries = [...first.entries, ...later(second, 600_000).entries.filter(({ kind }) => kind !== 'header')]
  return { entries: entries.map((entry, seq) => ({ ...entry, seq })), problems: [] }
}

const verdict = (more: Partial<Verdict>): Verdict => ({
  subject: 'a',
  alert: 'A',
  check: 'alert-fired',
  status: 'pass',
  title: '',
  expected: '',
  observed: 'seen',
  pointers: [],
  ...more,
})
const named = (id: string) => ({ ...planIn(run()).experiments[0]!, id })
const PLAN = { experiments: [named('a'), named('b')] }
const outcomes = (verdicts: readonly Verdict[]): Record<string, string> =>
  Object.fromEntries(verdicts.map(({ check, status, cause }) => [check, `${status}${cause === undefined ? '' : ` ${cause}`}`]))
const stalled = withEntries(run(), {
  kind: 'health',
  metric: 'firedrill_stall_seconds',
  series: [{ metric: {}, values: [[(run().entries[9]?.atMs ?? 0) / 1_000, '4']] }],
})

test('only what is unknown for a passing cause is tried again', () => {
  for (const [cause, again] of [
    ['load-short', true],
    ['scrape-gap', true],
    ['missed-evaluations', true],
    ['verifier-stalled', true],
    ['machine-starved', true],
    ['not-injected', true],
    ['not-injectable', false],
    ['source-unreachable', false],
    ['clock-skew', false],
    ['unhealthy-start', false],
    ['interrupted', false],
    ['evidence-missing', false],
  ] as [UnknownCause, boolean][]) {
    assert.deepEqual(retryable([verdict({}), verdict({ status: 'unknown', cause })], PLAN), again ? { a: `${cause}: seen` } : {}, cause)
  }
})

test("what failed is not, whatever else is unknown about it; another experiment's failure does not matter", () => {
  const unknown = verdict({ status: 'unknown', cause: 'load-short' })
  assert.deepEqual(retryable([unknown, verdict({ status: 'fail', check: 'isolation' })], PLAN), {})
  assert.deepEqual(retryable([unknown, verdict({ status: 'fail', subject: 'b' })], PLAN), { a: 'load-short: seen' })
})

test('a trace or the drill as a whole is no experiment', () => {
  const { alert: _, ...trace } = verdict({ subject: 'path', status: 'unknown', cause: 'not-injected' })
  assert.deepEqual(retryable([trace], PLAN), {})
})

test('an outage is tried again by itself, or with the experiment whose fault it watches, unless either failed', () => {
  const { alert: _, ...open } = verdict({ subject: 'o', status: 'unknown', cause: 'verifier-stalled' })
  const outage = { id: 'o', title: '', startMs: 0, durationMs: 1, holdMs: 1, after: [] }
  assert.deepEqual(retryable([open], { experiments: [], outages: [outage] }), { o: 'verifier-stalled: seen' })
  const beside = { ...PLAN, outages: [{ ...outage, during: 'a' }] }
  assert.deepEqual(retryable([open], beside), { o: 'verifier-stalled: seen', a: 'o is beside it' })
  assert.deepEqual(retryable([open, verdict({ status: 'fail' })], beside), {})
  assert.deepEqual(retryable([open, { ...open, status: 'fail' }], beside), {})
  assert.deepEqual(retryable([open, verdict({ status: 'fail', subject: 'b' })], beside), {
    o: 'verifier-stalled: seen',
    a: 'o is beside it',
  })
})

test('the second attempt is judged as if it were alone', () => {
  const good = outcomes(judge(run()))
  for (const first of [run({ mutant: 'not-injected' }), stalled]) {
    assert.deepEqual(Object.keys(retryable(judge(first), planIn(first))), [EXPERIMENT])
    assert.deepEqual(outcomes(judge(twice(first, run({ seed: 1 })))), good)
  }
})

test('a failure of the second attempt is a failure, and one that was cut off is unknown', () => {
  const failed = judge(twice(stalled, run({ mutant: 'missing-notification' })))
  assert.ok(failed.some(({ check, status }) => check === 'notification-delivered' && status === 'fail'))
  const cut = alter(run(), 'leg', (entry) => (entry.leg === 'clear' || (entry.leg === 'fire' && entry.phase === 'end') ? undefined : entry))
  const verdicts = judge(
    twice(
      stalled,
      alter(cut, 'footer', (entry) => ({ ...entry, ended: 'interrupted' })),
    ),
  )
  assert.equal(outcomes(verdicts)['alert-fired'], 'unknown interrupted')
})

test("an alert of the first attempt is nobody else's stray", () => {
  // The other experiment lasts over both attempts and has nothing to do with the alert.
  const legs = (journal: ReturnType<typeof run>) =>
    alter(journal, 'header', (entry) => ({
      ...entry,
      plan: {
        ...entry.plan,
        experiments: [
          ...entry.plan.experiments,
          { ...entry.plan.experiments[0]!, id: 'other', alert: 'Other', subject: { job: 'elsewhere' } },
        ],
      },
    }))
  const both = legs(twice(stalled, run()))
  const beginMs = both.entries[0]!.atMs
  const journal = {
    entries: [
      both.entries[0]!,
      ...(['begin', 'end'] as const).map((phase) => ({
        seq: 0,
        atMs: phase === 'begin' ? beginMs : beginMs + 700_000,
        kind: 'leg' as const,
        experiment: 'other',
        leg: 'clear',
        phase,
      })),
      ...both.entries.slice(1),
    ].map((entry, seq) => ({ ...entry, seq })),
    problems: [],
  }
  const strays = judge(journal).filter(({ check }) => check === 'isolation' || check === 'no-stray-alert')
  assert.deepEqual(
    strays.map(({ subject, status }) => `${subject} ${status}`).filter((text) => text.endsWith('fail')),
    [],
  )
})

test('trouble with a source in the first attempt is over in the second', () => {
  const first = withEntries(stalled, { kind: 'source-error', source: 'k6', experiment: EXPERIMENT, message: 'it did not start' })
  assert.equal(
    judge(twice(first, run())).some(({ cause }) => cause === 'source-unreachable'),
    false,
  )
  assert.equal(
    judge(first).some(({ cause }) => cause === 'source-unreachable'),
    true,
  )
})

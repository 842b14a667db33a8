import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { Journal, JournalBody, JournalEntry } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { isReported, outcomeOf, reportedPart, summarise } from './summarise.ts'
import { clockTime } from '../text/instant.ts'
import { dateTime, took } from './time.ts'

const wide = { earliestMs: 0, latestMs: 1 }
const PLAN: Plan = {
  speed: 15,
  seed: 1,
  serial: false,
  makespanMs: 10,
  lowerBoundMs: 10,
  criticalPath: ['a'],
  conflicts: [],
  traces: [],
  logs: [],
  timing: {
    scrapeIntervalMs: 1,
    scrapeTimeoutMs: 1,
    evaluationIntervalMs: 1,
    resendDelayMs: 1,
    groupWaitMs: 1,
    groupIntervalMs: 1,
    repeatIntervalMs: 1,
    jobs: {},
  },
  experiments: [
    {
      id: 'a',
      alert: 'A',
      title: 'A breaks',
      startMs: 0,
      durationMs: 1,
      legs: [],
      windows: { pending: wide, firing: wide, notified: wide, resolved: wide, resolvedNotified: wide },
      expr: 'a > 1',
      valueExpr: 'a',
      threshold: 1,
      comparator: '>',
      forMs: 1,
      keepFiringForMs: 0,
      subject: { job: 'j' },
      labels: { severity: 'info' },
      annotations: {},
      injection: { expr: '', comparator: '>', threshold: 0, title: '' },
      alsoMust: [],
      may: [],
      effects: [],
      observes: [],
      receiver: 'default',
    },
  ],
}
const SPEC = { rules: [] } as unknown as Spec
const verdict = (status: VerdictStatus, subject = 'a'): Verdict => ({
  subject,
  check: 'c',
  status,
  title: 't',
  expected: '',
  observed: '',
  pointers: [],
})
const journal = (ended: 'completed' | 'interrupted' | 'aborted' | 'unhealthy-before' | null, ...bodies: JournalBody[]): Journal => ({
  problems: [],
  entries: [
    {
      kind: 'header',
      version: 1,
      tool: 'firedrill',
      runId: 'r',
      spec: SPEC,
      plan: PLAN,
      zeroMs: 1_000,
      target: 'lab',
      components: {},
    } as const,
    ...bodies,
    ...(ended === null ? [] : [{ kind: 'footer', ended, undone: [], notUndone: [] } as const]),
  ].map((body, seq) => ({ seq, atMs: 1_000 + seq, ...body }) as JournalEntry),
})

test('the exit code: 130 interrupted, else 1 any failure, else 3 anything unknown or cut off, else 0', () => {
  const cases: [Parameters<typeof journal>[0], VerdictStatus[], number][] = [
    ['completed', ['pass', 'skipped'], 0],
    ['completed', ['pass', 'unknown'], 3],
    ['completed', ['unknown', 'fail'], 1],
    ['aborted', ['pass'], 3],
    ['aborted', ['fail'], 1],
    ['unhealthy-before', ['unknown'], 3],
    ['interrupted', ['fail'], 130],
    [null, ['pass'], 3],
    ['completed', [], 3],
    ['completed', ['skipped'], 3],
  ]
  for (const [ended, statuses, exitCode] of cases)
    assert.equal(
      summarise(
        journal(ended),
        statuses.map((status) => verdict(status)),
      ).exitCode,
      exitCode,
      `${ended} ${statuses.join()}`,
    )
})

test('a journal with a hole does not pass, and what failed in it failed', () => {
  const torn = { ...journal('completed'), problems: ['line 7: sequence number 9 where 7 was expected; entries are missing'] }
  assert.deepEqual([summarise(torn, [verdict('pass')]).exitCode, summarise(torn, [verdict('fail')]).exitCode], [3, 1])
})

test('verdicts are grouped by rule and experiment, what belongs to neither is kept apart, and all are counted', () => {
  const report = summarise(journal('completed'), [verdict('pass'), verdict('fail', 'drill'), verdict('skipped')])
  assert.deepEqual(
    report.rules.map((rule) => [rule.alert, rule.severity, rule.outcome, rule.experiments.map((experiment) => experiment.verdicts.length)]),
    [['A', 'info', 'pass', [2]]],
  )
  assert.deepEqual(
    report.others.map((other) => other.subject),
    ['drill'],
  )
  assert.deepEqual(report.counts, { pass: 1, fail: 1, unknown: 0, skipped: 1 })
  assert.equal(report.outcome, 'fail')
})

test('the timeline has what happened in the order of time, messages of other alerts left out', () => {
  const message = (labels: Record<string, string>): JournalBody => ({
    kind: 'notification',
    path: '/x',
    receiver: 'x',
    arrivedMs: 1_002,
    method: 'POST',
    headers: {},
    body: { alerts: [{ status: 'firing', labels }] },
  })
  const report = summarise(
    journal(
      'completed',
      { kind: 'leg', experiment: 'a', leg: 'fire', phase: 'begin' },
      message({ alertname: 'A', job: 'j' }),
      message({ alertname: 'A', job: 'other' }),
      {
        kind: 'fault',
        experiment: 'a',
        leg: 'fire',
        phase: 'inject',
        fault: 'kill',
        target: 'redis',
        startedMs: 1,
        effectiveMs: 1_001.5,
        ok: true,
        detail: '',
      },
      { kind: 'leg', experiment: 'a', leg: 'fire', phase: 'end', ended: 'arrived' },
    ),
    [{ ...verdict('pass'), window: { what: 'firing', earliestMs: 1, latestMs: 2, observedMs: 1_001.8 } }],
  )
  assert.deepEqual(
    report.rules[0]?.experiments[0]?.timeline.map((event) => event.what),
    ['leg fire begins', 'kill on redis in effect', 'alert firing', 'message (firing) at x', 'leg fire ends (arrived)'],
  )
  assert.deepEqual(report.rules[0]?.experiments[0]?.windows.length, 1)
})

test('of an experiment that was tried again the last attempt is shown, beginning with the reason', () => {
  const leg = (phase: 'begin' | 'end'): JournalBody => ({
    kind: 'leg',
    experiment: 'a',
    leg: 'fire',
    phase,
    ...(phase === 'end' ? { ended: 'arrived' as const } : {}),
  })
  const message = 'attempt 2, because of the one before: load-short'
  const report = summarise(
    journal(
      'completed',
      leg('begin'),
      leg('end'),
      { kind: 'footer', ended: 'completed', undone: [], notUndone: [] },
      { kind: 'note', experiment: 'a', message },
      leg('begin'),
      leg('end'),
    ),
    [verdict('pass')],
  )
  assert.deepEqual(
    report.rules[0]?.experiments[0]?.timeline.map((event) => `${event.pointer} ${event.what}`),
    [`4 ${message}`, '5 leg fire begins', '6 leg fire ends (arrived)'],
  )
  assert.deepEqual(report.problems, [`a: ${message}`])
  assert.equal(report.exitCode, 0)
})

test('a note that comes again is one with its count; of very many different ones the rest is counted', () => {
  const notes = (count: number, message: (index: number) => string): JournalBody[] =>
    Array.from({ length: count }, (_, index) => ({ kind: 'note', message: message(index) }))
  const of = (...bodies: JournalBody[]): string[] => summarise(journal('completed', ...bodies), [verdict('pass')]).problems
  assert.deepEqual(of(...notes(1_400, () => 'slow'), ...notes(1, () => 'once')), ['slow (1400 times)', 'once'])
  const many = of(...notes(5_000, (index) => `note ${index}`))
  assert.equal(many.length, 201)
  assert.deepEqual([many[0], many.at(-1)], ['note 0', '4800 further notes are in the journal alone'])
})

test('what reportedPart leaves out changes nothing', () => {
  const body = {
    status: 'firing',
    groupKey: 'g',
    alerts: [{ status: 'firing', labels: { alertname: 'A', job: 'j' }, annotations: { summary: 'long' } }, null, 'odd', { labels: 5 }],
  }
  const told = (notified: unknown): JournalBody => ({
    kind: 'notification',
    path: '/default',
    receiver: 'default',
    arrivedMs: 1_500,
    method: 'POST',
    headers: { a: 'b' },
    body: notified,
  })
  const load: JournalBody = {
    kind: 'load',
    experiment: 'a',
    leg: 'fire',
    phase: 'end',
    scenario: 's',
    params: {},
    exitCode: 0,
    summary: { iterations: 1, droppedIterations: 0, requests: 1, failedRequests: 0, ratePerS: 1, durationP95Ms: 1, statuses: {} },
  }
  const leg = (phase: 'begin' | 'end'): JournalBody => ({ kind: 'leg', experiment: 'a', leg: 'fire', phase })
  const whole = journal('completed', leg('begin'), told(body), told('text'), told(null), load, leg('end'))
  const kept = whole.entries.map(reportedPart)
  assert.ok(JSON.stringify(kept).length < JSON.stringify(whole.entries).length)
  assert.deepEqual(summarise({ ...whole, entries: kept }, []), summarise(whole, []))
  assert.ok(
    summarise(whole, []).rules[0]?.experiments[0]?.timeline.some(({ what }) => what.startsWith('message (firing)')),
    'there is something to lose',
  )
})

test('what isReported leaves out changes nothing', () => {
  const value: JournalBody = {
    kind: 'evaluated',
    experiment: 'a',
    what: 'value',
    expr: 'a',
    startMs: 1_000,
    endMs: 2_000,
    stepMs: 1_000,
    series: [{ metric: { job: 'j' }, values: [[1, '5']] }],
  }
  const logs: JournalBody = {
    kind: 'alert-logs',
    experiment: 'a',
    alert: 'A',
    labels: { job: 'j' },
    services: ['j'],
    fromMs: 1_000,
    untilMs: 2_000,
    query: '{}',
    count: 0,
    more: false,
    lines: [],
  }
  const whole = journal(
    'completed',
    { kind: 'leg', experiment: 'a', leg: 'fire', phase: 'begin' },
    value,
    { ...value, what: 'condition' },
    logs,
    { kind: 'raw', experiment: null, query: 'up', series: [] },
    { kind: 'note', message: 'n' },
  )
  const kept = whole.entries.filter(isReported)
  assert.ok(kept.length < whole.entries.length)
  assert.deepEqual(summarise({ ...whole, entries: kept }, []), summarise(whole, []))
  assert.equal(summarise(whole, []).rules[0]?.experiments[0]?.moments.length, 1, 'there is something to lose')
})

test('a journal without a header is still summarised', () => {
  const report = summarise({ entries: [], problems: ['no header'] }, [])
  assert.equal(report.exitCode, 3)
  assert.deepEqual(report.problems, ['no header'])
})

test('the worst status is the outcome', () => {
  assert.equal(outcomeOf([{ status: 'pass' }, { status: 'skipped' }, { status: 'unknown' }]), 'unknown')
  assert.equal(outcomeOf([]), 'skipped')
})

test('times are printed as the calendar has them', () => {
  for (let day = -1_000; day < 60_000; day += 41)
    assert.equal(
      dateTime(day * 86_400_000 + 3_723_000),
      new Date(day * 86_400_000 + 3_723_000).toISOString().slice(0, 19).replace('T', ' '),
    )
  assert.equal(clockTime(Date.UTC(2026, 0, 1, 23, 59, 59, 7)), '23:59:59.007')
  assert.deepEqual([4_000, 100_000, 7_500_000].map(took), ['4 s', '1 min 40 s', '2 h 5 min'])
})

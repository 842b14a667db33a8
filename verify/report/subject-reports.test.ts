import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HOSTILE, report } from '../../testing/report/small-report.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { ExperimentReport, Report, RuleReport, SubjectReport } from '../model/report.ts'
import type { VerdictStatus } from '../model/verdict.ts'
import { consoleText, formats, html } from './formats.ts'
import { pageOf } from './page/make-page.ts'
import { firedIn, lastText, subjectReports } from './subject-reports.ts'

/** What report.html says without a script. */
function fixedHtml(about: Report): string {
  const code = { script: '', scriptHash: '', style: '', styleHash: '' }
  const page = html(about, { page: pageOf({ entries: [], problems: [] }, about), code })
  return /<div id="static">(.*)<\/div>\n<script/s.exec(page)?.[1] ?? ''
}

const A = 'HighLatency'
const job = (name: string): Record<string, string> => ({ job: name })
const planned = [
  { id: 'slow', alert: A, subject: job('gateway'), alsoMust: [{ alert: A, labels: job('shop'), because: 'it waits for the shop' }] },
] as unknown as PlannedExperiment[]

function reported(observedMs: number | null, others: VerdictStatus): ExperimentReport[] {
  const windows = [{ what: 'firing', earliestMs: 1, latestMs: 9, observedMs }]
  return [{ id: 'slow', windows, verdicts: [{ check: 'side-effects-fired', status: others }] }] as unknown as ExperimentReport[]
}

test('an alert that fired has fired, and those that must fire with it where their check has seen them', () => {
  const fired = (observedMs: number | null, others: VerdictStatus): string[] =>
    firedIn('now', planned, reported(observedMs, others)).map(
      ({ alert, labels, atMs, runId }) => `${runId} ${atMs} ${alert} ${labels['job']}`,
    )
  assert.deepEqual(fired(5, 'pass'), [`now 5 ${A} gateway`, `now 5 ${A} shop`])
  for (const status of ['fail', 'unknown', 'skipped'] as const) assert.deepEqual(fired(5, status), [`now 5 ${A} gateway`])
  assert.deepEqual(fired(null, 'pass'), [])
  assert.deepEqual(firedIn('now', planned, []), [])
})

const subjects = ['gateway', 'shop', 'self', 'other'].map((name) => ({
  alert: A,
  labels: job(name),
  by: name === 'self' ? [] : ['slow', 'slow-too'],
}))

test('each subject of the rule has its newest firing, of this run or of one before; another rule or subject does not count', () => {
  const found = subjectReports(
    A,
    [...subjects, { alert: 'Other', labels: job('gateway'), by: [] }],
    [
      { alert: A, labels: { ...job('shop'), severity: 'warning' }, atMs: 3, runId: 'before' },
      { alert: A, labels: job('gateway'), atMs: 2, runId: 'before' },
      { alert: 'Other', labels: job('other'), atMs: 9, runId: 'before' },
      { alert: A, labels: job('gateway'), atMs: 5, runId: 'now' },
    ],
  )
  assert.deepEqual(
    found.map(({ labels, last }) => [labels['job'], last]),
    [
      ['gateway', { atMs: 5, runId: 'now' }],
      ['shop', { atMs: 3, runId: 'before' }],
      ['self', null],
      ['other', null],
    ],
  )
  assert.deepEqual(
    found.map((each) => lastText(each, 'now')),
    [
      'in this run, 1970-01-01 00:00:00 UTC',
      'in before, 1970-01-01 00:00:00 UTC',
      'never fired: no experiment reaches it',
      'not yet fired: slow, slow-too reaches it',
    ],
  )
})

function withSubjects(own: SubjectReport[], text?: string): Report {
  const made = report(text)
  return {
    ...made,
    turn: { chosen: ['slow'], among: ['slow', 'slow-too'], seed: 1, because: `longest ago, in ${text ?? 'before'}` },
    rules: made.rules.map((rule) => ({ ...rule, subjects: own })),
  }
}

test('every format for a person says of each subject when and by which run it last fired, and what was in turn', () => {
  const { runId } = report()
  const own: SubjectReport[] = [
    { labels: job('here'), by: ['slow'], last: { atMs: 0, runId } },
    { labels: job('earlier'), by: ['slow'], last: { atMs: 0, runId: 'before' } },
    { labels: job('never'), by: [], last: null },
  ]
  const made = withSubjects(own)
  for (const text of [formats.markdown(made), fixedHtml(made), consoleText(made)]) {
    assert.match(text, /earlier.*in before, 1970-01-01 00:00:00 UTC/)
    assert.match(text, /never.*never fired: no experiment reaches it/)
    assert.match(text, /in turn: slow of 2 experiments that take turns \(longest ago, in before; --seed 1/)
  }
  for (const text of [formats.markdown(made), fixedHtml(made)]) assert.match(text, /here.*in this run, 1970-01-01 00:00:00 UTC/)
  assert.deepEqual((JSON.parse(formats.json(made)) as Report).rules[0]?.subjects, own)
  // What fired in this run has a row of its own in the table of the console.
  assert.doesNotMatch(consoleText(made), /here/)
})

test('a rule without an experiment is named as not drilled, in every format', () => {
  const made = report()
  const alert = 'OnlyWritten'
  const rule: RuleReport = { alert, severity: 'warning', because: '', outcome: 'skipped', experiments: [], subjects: [] }
  const text = { ...made, rules: [...made.rules, rule] }
  for (const shown of [formats.markdown(text), fixedHtml(text), consoleText(text)])
    assert.match(shown, /OnlyWritten.*no experiment: not drilled/)
  assert.match(formats.junit(text), /<testsuite[^>]*name="OnlyWritten"[^>]*skipped="1"[^>]*>\s*<testcase[^>]*name="not-drilled"/)
  assert.doesNotMatch(consoleText(made), /not drilled/)
})

test('nothing of it is shown for a journal without it, and what is outside input is escaped', () => {
  for (const text of [formats.markdown(report()), fixedHtml(report()), consoleText(report())])
    assert.doesNotMatch(text, /last fired|in turn/)
  const hostile = withSubjects([{ labels: { job: HOSTILE }, by: [], last: { atMs: 0, runId: HOSTILE } }], HOSTILE)
  assert.doesNotMatch(fixedHtml(hostile), /<img/)
  assert.equal(fixedHtml(hostile).match(/<script/g), null)
  assert.doesNotMatch(consoleText(hostile), /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
})

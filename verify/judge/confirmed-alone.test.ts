import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredRun, FAULT } from '../../testing/journals/answered-run.ts'
import { EXPERIMENT, withEntries } from '../../testing/journals/honest-run.ts'
import type { Journal } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import { besides, toConfirm } from './confirmed-alone.ts'
import { judge } from './judge.ts'
import { recordOf } from './record/recorder.ts'

const ALONE = `${EXPERIMENT}--alone`
const other = { fromS: 30, toS: 40, effects: ['till'] }
const during = (atS: number): boolean => atS >= FAULT.fromS && atS < FAULT.toS

/** The same experiment once more, 100 s later, as if alone; `answer` of that second run. */
function confirmed(journal: Journal, status: (atS: number) => number): Journal {
  const header = journal.entries.find((entry) => entry.kind === 'header')
  assert.ok(header !== undefined)
  const [experiment] = header.plan.experiments
  assert.ok(experiment !== undefined)
  const again: PlannedExperiment = { ...experiment, id: ALONE, confirms: EXPERIMENT }
  const byMs = 100_000
  const later = journal.entries.flatMap((entry): object[] => {
    const atMs = entry.atMs + byMs
    if (entry.kind === 'leg' && entry.experiment === EXPERIMENT) return [{ ...entry, atMs, experiment: ALONE }]
    if (entry.kind === 'fault' && entry.experiment === EXPERIMENT)
      return [{ ...entry, atMs, experiment: ALONE, startedMs: entry.startedMs + byMs, effectiveMs: entry.effectiveMs + byMs }]
    if (entry.kind === 'answers') {
      const rows = entry.rows.map(([row, sentMs, tookMs]) => [row, sentMs, tookMs, status(row)])
      return [{ ...entry, atMs, startedMs: entry.startedMs + byMs, rows }]
    }
    if (entry.kind !== 'evaluated') return []
    const series = entry.series.map((one) => ({ ...one, values: one.values.map(([timeS, value]) => [timeS + byMs / 1_000, value]) }))
    return [{ ...entry, atMs, experiment: ALONE, startMs: entry.startMs + byMs, endMs: entry.endMs + byMs, series }]
  })
  const confirmation = { kind: 'confirmation', experiments: [again], outages: [], beside: { [EXPERIMENT]: ['other'] } } as const
  return withEntries(journal, confirmation as never, ...(later as never[]))
}

test('what else was in force is known of each experiment; alone it has no company', () => {
  assert.deepEqual(besides(recordOf(answeredRun({ other })))[EXPERIMENT], ['other'])
  assert.equal(besides(recordOf(answeredRun({ other: { ...other, fromS: 70, toS: 75 } })))[EXPERIMENT], undefined)
  assert.equal(besides(recordOf(answeredRun({})))[EXPERIMENT], undefined)
})

test('only a failure that had company is confirmed; an unknown one is not', () => {
  const journal = answeredRun({ other, answer: (atS) => (during(atS) ? { status: 500 } : {}) })
  const plan = journal.entries.find((entry) => entry.kind === 'header')?.plan ?? assert.fail()
  const verdicts = judge(journal)
  assert.deepEqual(toConfirm(verdicts, { [EXPERIMENT]: ['other'] }, plan), { [EXPERIMENT]: ['other'] })
  assert.deepEqual(toConfirm(verdicts, {}, plan), {})
  assert.deepEqual(
    toConfirm(
      verdicts.map((each) => ({ ...each, status: each.status === 'fail' ? 'unknown' : each.status })),
      { [EXPERIMENT]: ['other'] },
      plan,
    ),
    {},
  )
})

test('both attempts stand: a failure that comes alone too says so, and each fails the run', () => {
  const broken = answeredRun({ other, answer: (atS) => (during(atS) ? { status: 500 } : {}) })
  const verdicts = judge(confirmed(broken, (atS) => (during(atS) ? 500 : 200))).filter(({ check }) => check === 'keeps-answering')
  assert.deepEqual(
    verdicts.map(({ subject, status }) => [subject, status]),
    [
      [EXPERIMENT, 'fail'],
      [ALONE, 'fail'],
    ],
  )
  assert.match(verdicts[0]?.diagnosis ?? '', /^Fails alone too \(probed-broken--alone\)\./)
})

test('one that passes alone still fails the run, and names what it failed beside', () => {
  const broken = answeredRun({ other, answer: (atS) => (atS >= 30 && atS < 40 ? { status: 500 } : {}) })
  const [first, second] = judge(confirmed(broken, () => 200)).filter(({ check }) => check === 'keeps-answering')
  assert.deepEqual([first?.status, second?.status], ['fail', 'pass'])
  assert.match(first?.diagnosis ?? '', /^Fails only beside other: alone it passes/)
})

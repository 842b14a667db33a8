import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/report/small-report.ts'
import type { PastRun } from '../model/past-runs.ts'
import type { Plan } from '../model/plan.ts'
import type { Report } from '../model/report.ts'
import { lastFired, pastDrills, pastIn, remember, SHOWN_RUNS } from './history.ts'

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-history-'))
  try {
    work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const TIMING = { scrapeIntervalMs: 1_000, evaluationIntervalMs: 1_000, groupWaitMs: 1_000, groupIntervalMs: 5_000 } as Plan['timing']

const planned = (...ids: string[]): Plan =>
  ({
    speed: 15,
    timing: TIMING,
    experiments: ids.map((id) => ({ id, alert: 'RedisConnectionFailed', subject: {}, expr: 'redis_up == 0', forMs: 2_000, legs: [] })),
  }) as unknown as Plan

/** A run of redis-killed whose alert fired 2.5 s after the fault. */
function run(runId: string, change: Partial<Report> = {}): Report {
  const report = smallReport()
  const [rule] = report.rules
  const [experiment] = rule?.experiments ?? []
  assert.ok(rule !== undefined && experiment !== undefined)
  const [fired, ...others] = experiment.verdicts
  assert.ok(fired?.window !== undefined)
  const { earliestMs, observedMs } = fired.window
  const since = { ...fired, window: { ...fired.window, sinceMs: earliestMs - 1_500, observedMs: observedMs ?? 0 } }
  const rules = [{ ...rule, experiments: [{ ...experiment, verdicts: [since, ...others] }] }]
  return { ...report, runId, target: 'lab', rules, ...change }
}

test('what a run drilled and fired is known to the next one on the same target, and to no other', () => {
  inFolder((folder) => {
    assert.deepEqual(pastIn(folder, 'lab', 7), { runs: [], nowMs: 7, damaged: [] })
    const report = smallReport()
    const [rule] = report.rules
    assert.ok(rule !== undefined)
    const subject = { labels: { job: 'one' }, by: ['first'], last: { atMs: 5, runId: report.runId } }
    // Of an earlier run: its own line has it.
    const before = { labels: { job: 'two' }, by: ['second'], last: { atMs: 4, runId: 'before' } }
    remember(join(folder, 'run'), { ...report, rules: [{ ...rule, subjects: [subject, before] }] }, planned('first'))
    remember(join(folder, 'other'), { ...report, target: 'staging', runId: 'other' }, planned('second'))
    assert.deepEqual(
      pastIn(folder, report.target, 7).runs.map(({ runId, target, experiments, fired }) => ({ runId, target, experiments, fired })),
      [
        {
          runId: report.runId,
          target: report.target,
          experiments: ['first'],
          fired: [{ alert: rule.alert, labels: { job: 'one' }, atMs: 5 }],
        },
      ],
    )
    assert.deepEqual(
      pastIn(folder, 'staging', 7).runs.map(({ experiments }) => experiments),
      [['second']],
    )
  })
})

test('an experiment of a drill that was interrupted keeps its turn', () => {
  inFolder((folder) => {
    remember(join(folder, 'run'), { ...smallReport(), target: 'lab', ended: 'interrupted' }, planned('first'))
    assert.deepEqual(pastIn(folder, 'lab', 0).runs[0]?.experiments, [])
  })
})

test('a line that was cut off, or is none, is passed over and said, and is not there after the next run', () => {
  inFolder((folder) => {
    const file = join(folder, 'history.ndjson')
    const noRun = ['[]', 'null', '7', '{"target":"lab"}', '{"runId":"a","target":"lab","experiments":"x","fired":[]}']
    const noResult = '{"version":2,"runId":"a","target":"lab","experiments":[],"fired":[],"startedMs":1,"speed":1,"results":[{}]}'
    writeFileSync(file, [...noRun, noResult, '', '{"runId":"killed","target":"la'].join('\n'))
    const { runs, damaged = [] } = pastIn(folder, 'lab', 0)
    assert.deepEqual(runs, [])
    assert.deepEqual(
      damaged,
      [1, 2, 3, 4, 5, 6, 8].map((number) => `${file}:${number} is damaged and passed over`),
    )
    remember(join(folder, 'run'), run('next'), planned('redis-killed'))
    assert.deepEqual(
      pastIn(folder, 'lab', 0).runs.map(({ runId }) => runId),
      ['next'],
    )
    assert.deepEqual(pastIn(folder, 'lab', 0).damaged, [])
    assert.deepEqual(readdirSync(folder), ['history.ndjson'], 'nothing stays beside it')
  })
})

test('lines of before count for turns and last firings, and those of a later firedrill are left as they are', () => {
  inFolder((folder) => {
    const file = join(folder, 'history.ndjson')
    const before = '{"runId":"before","target":"lab","experiments":["redis-killed"],"fired":[]}'
    const later = '{"version":3,"anything":true}'
    writeFileSync(file, `\n${before}\n${later}\n`)
    remember(join(folder, 'run'), run('next'), planned('redis-killed'))
    assert.deepEqual(readFileSync(file, 'utf8').split('\n').slice(0, 2), [before, later])
    const past = pastIn(folder, 'lab', 0)
    assert.deepEqual([past.runs.map(({ runId }) => runId), past.damaged], [['before', 'next'], []])
    assert.deepEqual(
      pastDrills(past, planned('redis-killed')).map(({ runId }) => runId),
      ['next'],
    )
  })
})

test('what the next run is given: runs at its speed alone, with delays of the same experiment alone', () => {
  inFolder((folder) => {
    remember(join(folder, 'run'), run('same'), planned('redis-killed'))
    remember(join(folder, 'run'), run('real-time', { speed: 1 }), planned('redis-killed'))
    remember(join(folder, 'run'), run('slower-scrape'), { ...planned('redis-killed'), timing: { ...TIMING, scrapeIntervalMs: 2_000 } })
    remember(join(folder, 'run'), run('other-plan'), planned('another'))
    const past = pastIn(folder, 'lab', 0)
    const drills = pastDrills(past, planned('redis-killed'))
    const delay = { what: 'detection', ms: 2_500, earliestMs: 1_500, latestMs: 5_500 }
    assert.deepEqual(
      drills.map(({ runId, results }) => [runId, results.map(({ experiment, outcome, delays }) => [experiment, outcome, delays])]),
      [
        ['same', [['redis-killed', 'fail', [delay]]]],
        ['slower-scrape', [['redis-killed', 'fail', []]]],
        ['other-plan', []],
      ],
    )
    assert.deepEqual(
      pastDrills(past, { ...planned('redis-killed'), speed: 1 }).map(({ runId }) => runId),
      ['real-time'],
    )
  })
})

test('the file stays bounded for each target and speed, and the next run is given the newest of it', () => {
  inFolder((folder) => {
    const line = (runId: string, target: string): string =>
      JSON.stringify({
        version: 2,
        runId,
        target,
        experiments: [],
        fired: [],
        speed: 15,
        startedMs: 1,
        outcome: 'pass',
        results: [],
      } satisfies PastRun)
    const all = Array.from({ length: 250 }, (_, number) => [line(`lab-${number}`, 'lab'), line(`staging-${number}`, 'staging')]).flat()
    appendFileSync(join(folder, 'history.ndjson'), all.join('\n'))
    remember(join(folder, 'run'), run('newest'), planned('redis-killed'))
    const { runs } = pastIn(folder, 'lab', 0)
    assert.deepEqual([runs.length, runs[0]?.runId, runs.at(-1)?.runId], [200, 'lab-51', 'newest'])
    assert.equal(pastIn(folder, 'staging', 0).runs.length, 250)
    const drills = pastDrills({ runs }, planned('redis-killed'))
    assert.deepEqual([drills.length, drills[0]?.runId, drills.at(-1)?.runId], [SHOWN_RUNS, 'lab-221', 'newest'])
  })
})

test('of several firings of one alert instance the newest counts', () => {
  const fired = (atMs: number, job: string) => ({ alert: 'A', labels: { job }, atMs })
  const runs = [
    { runId: 'r1', target: 'lab', experiments: [], fired: [fired(1, 'one'), fired(2, 'two')] },
    { runId: 'r2', target: 'lab', experiments: [], fired: [fired(3, 'one')] },
  ]
  assert.deepEqual(lastFired({ runs }), [
    { ...fired(3, 'one'), runId: 'r2' },
    { ...fired(2, 'two'), runId: 'r1' },
  ])
})

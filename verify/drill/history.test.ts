import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/small-report.ts'
import { lastFired, pastIn, remember, runsIn } from './history.ts'

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'firedrill-history-'))
  try {
    work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const planned = (...ids: string[]): Parameters<typeof remember>[2] => ({
  experiments: ids.map((id) => ({ id })) as Parameters<typeof remember>[2]['experiments'],
})

test('what a run drilled and fired is known to the next one on the same target, and to no other', () => {
  inFolder((folder) => {
    assert.deepEqual(pastIn(folder, 'lab', 7), { runs: [], nowMs: 7 })
    const report = smallReport()
    const [rule] = report.rules
    assert.ok(rule !== undefined)
    const subject = { labels: { job: 'one' }, by: ['first'], last: { atMs: 5, runId: report.runId } }
    // Of an earlier run: its own line has it.
    const before = { labels: { job: 'two' }, by: ['second'], last: { atMs: 4, runId: 'before' } }
    remember(join(folder, 'run'), { ...report, rules: [{ ...rule, subjects: [subject, before] }] }, planned('first'))
    remember(join(folder, 'other'), { ...report, target: 'staging', runId: 'other' }, planned('second'))
    assert.deepEqual(pastIn(folder, report.target, 7).runs, [
      {
        runId: report.runId,
        target: report.target,
        experiments: ['first'],
        fired: [{ alert: rule.alert, labels: { job: 'one' }, atMs: 5 }],
      },
    ])
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

test('a line that was cut off, or is none, is passed over, and the next run has a line of its own', () => {
  inFolder((folder) => {
    writeFileSync(join(folder, 'history.ndjson'), '{"runId":"killed","target":"la')
    remember(join(folder, 'run'), { ...smallReport(), target: 'lab' }, planned('first'))
    assert.equal(pastIn(folder, 'lab', 0).runs.length, 1)
  })
  assert.deepEqual(runsIn('[]\nnull\n7\n{"target":"lab"}\n{"runId":"a","target":"lab","experiments":"x","fired":[]}\n', 'lab'), [])
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

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry } from '../model/journal.ts'
import { EXPERIMENT, run, withEntries, withExperiment } from '../../testing/journals/honest-run.ts'
import { EvidenceRoom } from './evidence-room.ts'
import { recordOf } from './record/recorder.ts'

type Load = Extract<JournalEntry, { kind: 'load' }>

/** When the cause of the fire leg surely was, and may have been, over. */
function over(overMs?: Load['overMs']): [fromMs: number, byMs: number, endMs: number] {
  const honest = run()
  const legs = honest.entries.flatMap((entry) => (entry.kind === 'leg' && entry.leg === 'fire' ? [entry.atMs] : []))
  const [beginMs = 0, endMs = 0] = [Math.min(...legs), Math.max(...legs)]
  const load = { kind: 'load', experiment: EXPERIMENT, leg: 'fire', scenario: 'burst', params: {} } as const
  const journal = withEntries(
    { ...honest, entries: honest.entries.filter(({ kind }) => kind !== 'fault') },
    { ...load, phase: 'begin', atMs: beginMs + 1 },
    { ...load, phase: 'end', atMs: endMs - 1, exitCode: 105, ...(overMs === undefined ? {} : { overMs }) },
  )
  const experiment = withExperiment(journal, {}).entries.flatMap((entry) =>
    entry.kind === 'header' ? entry.plan.experiments.filter(({ id }) => id === EXPERIMENT) : [],
  )[0]
  assert.ok(experiment !== undefined)
  const anchors = new EvidenceRoom(recordOf(journal), { scope: 'experiment', experiment }).ask('anchors')
  return [anchors?.offFromMs ?? NaN, anchors?.offByMs ?? NaN, endMs]
}

test('a k6 of this machine was over just before it was said', () => {
  const [fromMs, byMs, endMs] = over()
  assert.deepEqual([fromMs, byMs], [endMs - 1 - 3_000, endMs - 1])
})

test('pods were over when they were stopped, however long their last words took', () => {
  const [, , endMs] = over()
  const [fromMs, byMs] = over([endMs - 9_000, endMs - 8_500])
  assert.deepEqual([fromMs, byMs], [endMs - 9_000, endMs - 8_500])
})

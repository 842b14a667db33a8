import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PROBES } from '../model/plan.ts'
import { compressExpr } from '../compress/compress.ts'
import { loadSpec } from '../spec/load.ts'
import { plan } from './make-plan.ts'
import { subset } from './subset.ts'

test('what is kept is as it was planned, only earlier; what waited for the rest waits no longer', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec !== undefined)
  const whole = plan(spec, { speed: 15, compressExpr })
  const last = whole.experiments.at(-1)!
  const waits = whole.experiments.find(({ after }) => (after ?? []).some(({ experiment }) => experiment !== PROBES))!
  const first = waits.after!.find(({ experiment }) => experiment !== PROBES)!.experiment
  const part = subset(whole, [waits.id, first])
  assert.deepEqual(part.experiments.map(({ id }) => id).sort(), [waits.id, first].sort())
  for (const each of part.experiments) {
    const planned = whole.experiments.find(({ id }) => id === each.id)!
    assert.deepEqual({ ...each, startMs: 0, after: [] }, { ...planned, startMs: 0, after: [] })
    assert.ok((each.after ?? []).every(({ experiment }) => experiment === first))
  }
  assert.deepEqual(
    part.experiments.find(({ id }) => id === waits.id)?.after?.map(({ experiment }) => experiment),
    [first],
  )
  assert.equal(Math.min(...part.experiments.map(({ startMs }) => startMs)), 0)
  assert.ok(part.makespanMs <= whole.makespanMs && part.makespanMs >= waits.durationMs)
  assert.deepEqual([part.traces, part.logs], [[], []])
  assert.deepEqual(
    subset(whole, [last.id]).experiments.map(({ startMs, after }) => [startMs, after]),
    [[0, []]],
  )
})

test('an outage is kept with its time and its fault, and beside the experiment that brings one', async () => {
  const { spec } = await loadSpec()
  assert.ok(spec !== undefined)
  const whole = plan(spec, { speed: 15, compressExpr })
  const own = whole.outages!.find(({ during }) => during === undefined)!
  const beside = whole.outages!.find(({ during }) => during !== undefined)!
  const alone = subset(whole, [own.id])
  assert.deepEqual([alone.experiments, alone.outages, alone.makespanMs], [[], [{ ...own, startMs: 0, after: [] }], own.durationMs])
  const both = subset(whole, [beside.id, beside.during!])
  assert.deepEqual(
    [both.experiments.map(({ id }) => id), both.outages?.map(({ id, during }) => [id, during])],
    [[beside.during], [[beside.id, beside.during]]],
  )
  assert.deepEqual(subset(whole, [beside.during!]).outages, [])
})

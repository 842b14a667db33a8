import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compressExpr } from '../compress/compress.ts'
import { loadSpec } from '../spec/load.ts'
import { alone } from './alone.ts'
import { plan } from './make-plan.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const made = plan(spec, { speed: 15, compressExpr })

test('each is planned as before, under a name of its own, and begins when the one before has ended', () => {
  const [first, second] = made.experiments
  assert.ok(first !== undefined && second !== undefined)
  const again = alone(made, [first.id, second.id])
  assert.deepEqual(
    again.experiments.map(({ id, confirms, legs, windows }) => ({ id, confirms, legs, windows })),
    [first, second].map(({ id, legs, windows }) => ({ id: `${id}--alone`, confirms: id, legs, windows })),
  )
  assert.deepEqual(again.experiments[1]?.after, [{ experiment: `${first.id}--alone`, until: 'ended' }])
  assert.equal(again.experiments[1]?.startMs, first.durationMs)
  assert.equal(again.makespanMs, first.durationMs + second.durationMs)
})

test('an outage beside an experiment brings it along, and one with a fault of its own waits for its turn', () => {
  const outages = made.outages ?? []
  const beside = outages.find(({ during }) => during !== undefined)
  const own = outages.find(({ during }) => during === undefined)
  assert.ok(beside !== undefined && own !== undefined)
  const again = alone(made, [beside.id, own.id])
  assert.deepEqual(
    again.experiments.map(({ confirms }) => confirms),
    [beside.during],
  )
  assert.deepEqual(
    again.outages?.map(({ confirms, during }) => ({ confirms, during })),
    outages
      .filter((each) => each === beside || each === own)
      .map((each) => ({ confirms: each.id, during: each === beside ? `${beside.during}--alone` : undefined })),
  )
  assert.deepEqual(again.outages?.find(({ confirms }) => confirms === own.id)?.after, [
    { experiment: `${beside.during}--alone`, until: 'ended' },
  ])
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import { judge } from './judge.ts'
import { generator, randomWorld, simulate } from './simulation.ts'

const RUNS = Number(process.env['FIREDRILL_RUNS'] ?? 300)

test('no false alarm in random runs of a system that keeps its promises', () => {
  let unknown = 0
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = generator(seed)
    const world = randomWorld(random)
    const verdicts = judge(simulate(world, random))
    const wrong = verdicts.filter((verdict) => verdict.status === 'fail')
    assert.deepEqual(wrong.map((verdict) => `${verdict.check}: ${verdict.expected} / ${verdict.observed}`), [], `seed ${seed} ${JSON.stringify(world)}`)
    if (verdicts.some((verdict) => verdict.status === 'unknown')) unknown++
  }
  console.log({ RUNS, unknown })
})

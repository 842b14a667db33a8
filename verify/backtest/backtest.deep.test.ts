import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomRule } from '../../testing/backtest/random-rule.ts'
import { judgeRandom } from '../../testing/backtest/judge-random.ts'

const FROM = 1_795_700_000_000
const UNTIL = FROM + 2 * 3_600_000

test('10,000 random histories: an honest one is as recorded, another rule differs, and a hole is no difference', async () => {
  const wrong: string[] = []
  const seen = new Set<string>()
  for (let seed = 1; seed <= 10_000; seed++) {
    const { kind, outcome, problem } = await judgeRandom(randomRule(seed, seed, FROM, UNTIL), FROM, UNTIL)
    seen.add(`${kind} ${outcome}`)
    if (problem !== undefined) wrong.push(`seed ${seed}: ${problem}`)
  }
  assert.deepEqual(wrong, [])
  for (const each of [
    'honest agrees',
    'busy agrees',
    'restarted agrees',
    'another-for differs',
    'another-threshold differs',
    'silent differs',
  ])
    assert.ok(seen.has(each), each)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/report/small-report.ts'
import type { PastDrill, PastResult } from '../model/past-runs.ts'
import type { Trend } from '../model/report.ts'
import { formats } from './formats.ts'
import { chanceOf, driftOf, driftTexts, historyOf, resultsOf } from './trends.ts'

const at = (...delays: number[]): Trend['points'] => delays.map((ms, run) => ({ run, ms, earliestMs: 1_000, latestMs: 11_000 }))
/** Spread over a third of the window, the same every time. */
const steady = (count: number, from = 3_000): number[] => Array.from({ length: count }, (_, run) => from + ((run * 7_919) % 3_000))

test('a delay counts only where its verdict passed: a late or an undecided one says nothing of a drift', () => {
  const report = smallReport()
  const [rule] = report.rules
  const [experiment] = rule?.experiments ?? []
  assert.ok(rule !== undefined && experiment !== undefined)
  const [fired, late] = experiment.verdicts
  assert.ok(fired?.window !== undefined && late?.window !== undefined)
  const { earliestMs } = fired.window
  const since = { ...fired, window: { ...fired.window, sinceMs: earliestMs - 1_500.25 } }
  const of = (verdicts: typeof experiment.verdicts): PastResult[] =>
    resultsOf({ rules: [{ ...rule, experiments: [{ ...experiment, verdicts }] }] })
  const known = { experiment: 'redis-killed', alert: 'RedisConnectionFailed', outcome: 'fail' }
  assert.deepEqual(of([since, late]), [{ ...known, delays: [{ what: 'detection', ms: 2_500, earliestMs: 1_500, latestMs: 5_500 }] }])
  for (const status of ['fail', 'unknown', 'skipped'] as const) assert.deepEqual(of([{ ...since, status }]), [{ ...known, delays: [] }])
  assert.deepEqual(of([fired]), [{ ...known, delays: [] }], 'of a journal that has no begin of the delay')
})

test('the chance is that of all orders counted one by one', () => {
  const placed = (m: number, n: number): boolean[][] =>
    m + n === 0
      ? [[]]
      : [
          ...(m > 0 ? placed(m - 1, n).map((rest) => [true, ...rest]) : []),
          ...(n > 0 ? placed(m, n - 1).map((rest) => [false, ...rest]) : []),
        ]
  for (const [m, n] of [
    [1, 1],
    [2, 3],
    [3, 4],
    [4, 5],
  ] as const) {
    const beyond = placed(m, n).map(
      (order) => order.flatMap((isNew, index) => (isNew ? order.slice(0, index).filter((before) => !before) : [])).length,
    )
    for (let u = 0; u <= m * n; u += 1)
      assert.ok(Math.abs(chanceOf(u, m, n) - beyond.filter((each) => each >= u).length / beyond.length) < 1e-12, `${u} ${m} ${n}`)
  }
  // 1 of 20 over 5.
  assert.ok(Math.abs(chanceOf(75, 5, 15) - 1 / 15_504) < 1e-12)
})

test('the newest five later than all before, by a tenth of the window: a drift, up or down', () => {
  const up = driftOf(at(...steady(20), ...steady(5, 6_500)))
  assert.ok(up !== undefined)
  assert.deepEqual([up.newest, up.older], [5, 20])
  assert.ok(up.share > 0.3 && up.share < 0.4, String(up.share))
  const down = driftOf(at(...steady(20, 6_500), ...steady(5)))
  assert.ok(down !== undefined && down.share < -0.3)
})

test('no drift: from fewer than twenty runs, from a small shift, from one late run, from two', () => {
  assert.equal(driftOf([]), undefined)
  assert.equal(driftOf(at(...steady(14), ...steady(5, 6_500))), undefined)
  assert.notEqual(driftOf(at(...steady(15), ...steady(5, 6_500))), undefined)
  assert.equal(driftOf(at(...new Array<number>(25).fill(3_000), ...new Array<number>(5).fill(3_900))), undefined)
  assert.equal(driftOf(at(...steady(29), 10_900)), undefined)
  assert.equal(driftOf(at(...steady(28), 10_900, 10_900)), undefined)
  assert.equal(driftOf(at(...new Array<number>(30).fill(3_000))), undefined)
  // As long as the longest of before is no longer than before.
  const same = (count: number, ms: number): number[] => new Array<number>(count).fill(ms)
  assert.equal(driftOf(at(...same(9, 3_000), ...same(6, 5_000), ...same(5, 5_000))), undefined)
})

test('a delay that varies over its whole window gives no warning in 2,000 months of nights', () => {
  let state = 1
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  let warnings = 0
  for (let month = 0; month < 2_000; month += 1)
    if (driftOf(at(...Array.from({ length: 31 }, () => 1_000 + random() * 10_000))) !== undefined) warnings += 1
  // 2e-4 of them would be 0.4.
  assert.ok(warnings <= 2, `${warnings} warnings`)
})

const drill = (runId: string, results: PastResult[]): PastDrill => ({ runId, startedMs: 1, outcome: 'pass', results })
const result = (ms: number): PastResult => ({
  experiment: 'redis-killed',
  alert: 'RedisConnectionFailed',
  outcome: 'pass',
  delays: [{ what: 'delivery', ms, earliestMs: 0, latestMs: 6_000 }],
})

test('outcomes have a place for every run; what was not drilled in one has none there', () => {
  const { runs, experiments } = historyOf([drill('a', []), drill('b', [result(1_000)])], { ...smallReport(), runId: 'now' })
  assert.deepEqual(
    runs.map(({ runId }) => runId),
    ['a', 'b', 'now'],
  )
  assert.deepEqual(
    experiments.map(({ id, outcomes }) => [id, outcomes]),
    [['redis-killed', [null, 'pass', 'fail']]],
  )
  assert.deepEqual(experiments[0]?.trends, [{ what: 'delivery', points: [{ run: 1, ms: 1_000, earliestMs: 0, latestMs: 6_000 }] }])
})

test('a drift is a sentence with its numbers, and only news: a run that has no such delay does not repeat it', () => {
  const past = [...steady(20).map((ms) => ms / 3), ...steady(5, 15_000).map((ms) => ms / 3)].map((ms, index) =>
    drill(`r${index}`, [result(Math.round(ms))]),
  )
  const now = smallReport()
  assert.deepEqual(driftTexts(historyOf(past, now)), [])
  const [rule] = now.rules
  const [experiment] = rule?.experiments ?? []
  assert.ok(rule !== undefined && experiment !== undefined)
  const delivered = {
    ...experiment.verdicts[1]!,
    status: 'pass' as const,
    window: { what: 'notified', sinceMs: 0, earliestMs: 0, latestMs: 6_000, observedMs: 5_400 },
  }
  const texts = driftTexts(historyOf(past, { ...now, rules: [{ ...rule, experiments: [{ ...experiment, verdicts: [delivered] }] }] }))
  assert.equal(texts.length, 1)
  assert.match(
    texts[0]!,
    /^RedisConnectionFailed \/ redis-killed: delivery delay drifts up within its legal window: median 5\.\d+ s in the newest 5 runs, 1\.\d+ s in the 21 before; legal from 0 s to 6 s$/,
  )
})

test('every format says a drift, and none fails by it', () => {
  const past = Array.from({ length: 25 }, (_, run) => drill(`r${run}`, [result(run < 21 ? 1_000 + run : 5_000 + run)]))
  const now = smallReport()
  const [rule] = now.rules
  const [experiment] = rule?.experiments ?? []
  assert.ok(rule !== undefined && experiment !== undefined)
  const window = { what: 'notified', sinceMs: 0, earliestMs: 0, latestMs: 6_000, observedMs: 5_400 }
  const rules = [{ ...rule, experiments: [{ ...experiment, verdicts: [{ ...experiment.verdicts[1]!, status: 'pass' as const, window }] }] }]
  const drifting = { ...now, causes: [], others: [], problems: [], rules }
  const history = historyOf(past, drifting)
  for (const [name, render] of Object.entries(formats)) {
    const without = render(drifting)
    const text = render({ ...drifting, history })
    assert.match(
      text.replace(/\s+/g, ' '),
      name === 'json' ? /"drift": \{ "newestMs": 5023/ : /delivery delay drifts up within its legal window/,
      name,
    )
    assert.doesNotMatch(without, /drift/, name)
    assert.equal(text.match(/<failure|"level": "error"|FAIL/g)?.length, without.match(/<failure|"level": "error"|FAIL/g)?.length, name)
  }
  assert.match(formats.markdown({ ...drifting, history }), /^\| RedisConnectionFailed \| redis-killed \| 25 of 26 \|/m)
})

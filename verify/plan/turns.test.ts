import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExperimentSpec, RuleSpec } from '../model/spec.ts'
import { loadSpec } from '../spec/load.ts'
import { chooseTurn, covered } from './turns.ts'
import { subjectsOf } from './rule-subjects.ts'

const { spec } = await loadSpec()
const [rule] = spec?.rules ?? []
const [sample] = rule?.experiments ?? []
assert.ok(rule !== undefined && sample !== undefined)

const experiment = (id: string, more: Partial<ExperimentSpec> = {}): ExperimentSpec => {
  const { quiet: _, ...rest } = sample
  return { ...rest, id, alsoMust: [], ...more }
}
const ABC = ['a', 'b', 'c'].map((id) => experiment(id, { inTurnWith: ['base'] }))
const run = (runId: string, ...experiments: string[]) => ({ runId, target: 'lab', experiments, fired: [] })
const DAY_MS = 86_400_000

test('a seed makes one choice, and successive seeds all of them', () => {
  const chosen = (seed: number): string[] => chooseTurn(ABC, { by: 'seed', seed }).chosen
  assert.deepEqual([0, 1, 2, 3, 4].map(chosen), [[], ['a'], ['b'], ['c'], ['a']])
  assert.deepEqual(chosen(2), chosen(2))
})

test('without history the day chooses, so that successive days take all of them', () => {
  const at = (nowMs: number): string[] => chooseTurn(ABC, { by: 'history', runs: [], nowMs }).chosen
  assert.deepEqual(at(20_000 * DAY_MS), at(20_001 * DAY_MS - 1))
  assert.deepEqual([0, 1, 2].flatMap((day) => at((20_000 + day) * DAY_MS)).sort(), ['a', 'b', 'c'])
})

test('by history the one that was never drilled comes first, then the one whose drill is the longest ago', () => {
  const next = (...runs: ReturnType<typeof run>[]): { chosen: string[]; because: string } =>
    chooseTurn(ABC, { by: 'history', runs, nowMs: 0 })
  assert.deepEqual(next(run('r1', 'base', 'b')).chosen, ['a'])
  assert.deepEqual(next(run('r1', 'a'), run('r2', 'b')), {
    chosen: ['c'],
    among: ['a', 'b', 'c'],
    seed: 3,
    because: 'never drilled on this target',
  })
  const oldest = next(run('r1', 'b'), run('r2', 'a'), run('r3', 'c'), run('r4', 'a'))
  assert.deepEqual([oldest.chosen, oldest.because], [['b'], 'longest ago, in r1'])
})

test('as many drills as take turns drill all of them, also after one that drilled none', () => {
  const runs = [run('only', 'base')]
  for (let night = 0; night < 6; night += 1) {
    const { chosen } = chooseTurn(ABC, { by: 'history', runs, nowMs: 0 })
    runs.push(run(`night ${night}`, 'base', ...chosen))
  }
  assert.deepEqual(
    runs.slice(1).map(({ experiments }) => experiments[1]),
    ['a', 'b', 'c', 'a', 'b', 'c'],
  )
})

test('the seed that is recorded makes the choice again', () => {
  for (let day = 0; day < 5; day += 1) {
    const { seed, chosen } = chooseTurn(ABC, { by: 'history', runs: [], nowMs: day * DAY_MS })
    assert.deepEqual(chooseTurn(ABC, { by: 'seed', seed }).chosen, chosen)
  }
})

test('nothing is chosen where nothing takes turns', () => {
  for (const turn of [{ by: 'thorough' }, { by: 'seed', seed: 3 }, { by: 'history', runs: [], nowMs: 5 * DAY_MS }] as const)
    assert.deepEqual(chooseTurn([], turn).chosen, [])
})

test('covered is what another fires as well, never what has a near miss or fires something else', () => {
  const of = (...experiments: ExperimentSpec[]): string[] => covered(experiments.map((each) => ({ rule, experiment: each })))
  const also = (job: string) => [{ alert: rule.alert, labels: { job }, because: 'it passes it' }]
  const first = experiment('first', { subject: { job: 'one' } })
  const second = experiment('second', { subject: { job: 'two' }, alsoMust: also('one'), inTurnWith: ['first'] })
  assert.deepEqual(of(first, second), ['first'])
  assert.deepEqual(of({ ...first, quiet: sample.fire }, second), [])
  assert.deepEqual(of({ ...first, subject: { job: 'three' } }, second), [])
  assert.deepEqual(of(first, { ...second, inTurnWith: ['other'] }), [])
  assert.deepEqual(of({ ...first, inTurnWith: ['other'] }, second), ['first'])
  // Two that fire the same cover each other, and neither is left out.
  const twin = { inTurnWith: ['x'], subject: { job: 'one' } }
  assert.deepEqual(of(experiment('left', twin), experiment('right', twin)), [])
})

test('every subject has the experiments that fire it, as their own or with it; one without any has none', () => {
  const own: RuleSpec = {
    ...rule,
    holdsFor: { job: ['one', 'two', 'three'] },
    experiments: [
      experiment('first', { subject: { job: 'one' }, alsoMust: [{ alert: rule.alert, labels: { job: 'two' }, because: 'x' }] }),
    ],
  }
  const other: RuleSpec = { ...rule, alert: 'Other', experiments: [experiment('second', { subject: { job: 'three' } })] }
  assert.deepEqual(subjectsOf([own], [own, other]), [
    { alert: rule.alert, labels: { job: 'one' }, by: ['first'] },
    { alert: rule.alert, labels: { job: 'two' }, by: ['first'] },
    { alert: rule.alert, labels: { job: 'three' }, by: [] },
  ])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { report as smallReport } from '../../testing/report/small-report.ts'
import type { Report } from '../model/report.ts'
import { reproductionsOf } from './reproduce.ts'

/** A report of so many experiments; the first cause is of the second. */
function withExperiments(count: number, change: Partial<Report> = {}): Report {
  const report = smallReport()
  const [rule] = report.rules
  const [experiment] = rule?.experiments ?? []
  const [cause] = report.causes
  assert.ok(rule !== undefined && experiment !== undefined && cause !== undefined)
  const experiments = Array.from({ length: count }, (_, number) => ({ ...experiment, id: `e${number}` }))
  const causes = ['e1', 'path-moalog', 'e1'].map((subject) => ({ ...cause, root: { ...cause.root, subject } }))
  return { ...report, target: 'lab', rules: [{ ...rule, experiments }], causes, ...change }
}

const turn = { chosen: ['a'], among: ['a', 'b'], seed: 3, because: 'longest ago, in RUN' }
const commands = (report: Report): string[] => reproductionsOf(report).map(({ command }) => command)

test('a whole drill by its turn, each failed experiment alone, and the verdicts', () => {
  assert.deepEqual(commands(withExperiments(9, { turn })), [
    'bin/firedrill run --speed 15 --seed 3',
    'bin/firedrill run --speed 15 --only e1',
    'bin/firedrill judge RUN',
  ])
  assert.equal(commands(withExperiments(9, { turn: { ...turn, chosen: ['a', 'b'] } }))[0], 'bin/firedrill run --speed 15 --thorough')
  assert.equal(commands(withExperiments(9))[0], 'bin/firedrill run --speed 15')
})

test('a drill of a few experiments by their names; one alone is not said twice', () => {
  assert.deepEqual(commands(withExperiments(2, { turn, causes: [] }))[0], 'bin/firedrill run --speed 15 --only e0 e1')
  assert.deepEqual(commands(withExperiments(1, { turn })), ['bin/firedrill run --speed 15 --only e0', 'bin/firedrill judge RUN'])
})

test('in real time, on compose, and on a target of its own file, whose speed stands there', () => {
  assert.equal(commands(withExperiments(9, { turn, speed: 1 }))[0], 'bin/firedrill run --real-time --seed 3')
  assert.equal(commands(withExperiments(9, { turn, speed: 1, target: 'compose' }))[0], 'bin/firedrill run --target compose --seed 3')
  assert.equal(
    commands(withExperiments(9, { turn, speed: 15, target: 'compose' }))[0],
    'bin/firedrill run --target compose --speed 15 --seed 3',
  )
  const [first] = reproductionsOf(withExperiments(9, { turn, target: 'staging' }))
  assert.deepEqual(first, {
    command: 'bin/firedrill run --target FILE --seed 3',
    gives: 'the same experiments; FILE is the target file of staging',
  })
})

test('a game day is made again by hand; what was confirmed alone is no name for --only', () => {
  assert.deepEqual(commands(withExperiments(2, { runId: 'gameday-2026' })), ['bin/firedrill gameday', 'bin/firedrill judge RUN'])
  assert.equal(commands(withExperiments(2, { runId: 'gameday-2026', target: 'staging' }))[0], 'bin/firedrill gameday --target FILE')
  const report = withExperiments(2, { causes: [] })
  const [rule] = report.rules
  const rules = [{ ...rule!, experiments: rule!.experiments.map((each, index) => (index === 0 ? each : { ...each, id: 'e0--alone' })) }]
  assert.equal(commands({ ...report, rules })[0], 'bin/firedrill run --speed 15 --only e0')
})

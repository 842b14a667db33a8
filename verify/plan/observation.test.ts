import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compressExpr } from '../compress/compress.ts'
import { loadSpec } from '../spec/load.ts'
import { observationPlan } from './observation.ts'
import { timingFromSpec } from './timing.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const options = { speed: 15, compressExpr }
const timing = timingFromSpec(spec, 15)

test('each rule is observed for each of its subjects, once, at the receiver that its labels lead to, and nothing else is planned', () => {
  const { experiments, traces, logs, outages, observe, makespanMs } = observationPlan(spec, options, timing, 60_000)
  const ids = experiments.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  for (const { alert, holdsFor } of spec.rules) {
    const subjects = Object.values(holdsFor).reduce((product, values) => product * values.length, 1)
    assert.equal(experiments.filter((each) => each.alert === alert).length, subjects, alert)
  }
  assert.deepEqual([traces, logs, outages, observe, makespanMs], [[], [], undefined, true, 60_000])
  assert.ok(experiments.every(({ legs }) => legs.every(({ fault, load }) => fault === undefined && load === undefined)))
  const of = (id: string) => experiments.find((each) => each.id === id)
  assert.equal(of('redis-connection-failed-redis-exporter')?.receiver, 'critical')
  assert.equal(of('high-latency-moalog-server')?.forMs, 20_000, 'compressed as the lab is')
})

test('rules alone are chosen, by any spelling of their names', () => {
  const alerts = (more: object): string[] => [
    ...new Set(observationPlan(spec, { ...options, ...more }, timing, 1).experiments.map(({ alert }) => alert)),
  ]
  assert.deepEqual(alerts({ only: ['redis-high-memory'] }), ['RedisHighMemory'])
  assert.deepEqual(
    alerts({ skip: ['RedisHighMemory'] }).sort(),
    spec.rules
      .map(({ alert }) => alert)
      .filter((alert) => alert !== 'RedisHighMemory')
      .sort(),
  )
  assert.throws(() => alerts({ only: ['redis-killed'] }), { code: 'UNKNOWN_SELECTION', message: /an observation is about alerts alone/ })
  assert.throws(() => alerts({ skip: spec.rules.map(({ alert }) => alert) }), { code: 'NOTHING_SELECTED' })
})

test('two rules of one name are told apart by their severity', () => {
  const [rule] = spec.rules
  assert.ok(rule)
  const ladder = { ...spec, rules: [rule, { ...rule, labels: { ...rule.labels, severity: 'page' } }] }
  const ids = observationPlan(ladder, options, timing, 1).experiments.map(({ id }) => id)
  assert.equal(new Set(ids).size, ids.length)
  assert.ok(ids.some((id) => id.includes('-page-')))
})

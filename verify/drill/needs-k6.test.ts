import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSpec } from '../spec/load.ts'
import { needsK6 } from './needs-k6.ts'
import { planFor } from './plan-for.ts'
import { requestFrom } from './request.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const whole = planFor(spec, requestFrom({ thorough: true, realTime: true }), 'uninstrumented', { runs: [], nowMs: 0 })
const faults = {
  ...whole,
  outages: [],
  experiments: whole.experiments.map((each) => ({ ...each, legs: each.legs.map(({ load: _, ...leg }) => leg) })),
}
const silent = { ...spec, rules: spec.rules.map((rule) => ({ ...rule, experiments: [] })), outages: [] }

test('k6 is needed for what is sent: loads of legs, background, warm-up, requests that must be answered', () => {
  assert.equal(needsK6(faults, silent, {}), false)
  assert.equal(needsK6(whole, silent, {}), true)
  assert.equal(needsK6(faults, spec, {}), true)
  const use = { scenario: 'requests', params: {} }
  assert.equal(needsK6(faults, silent, { background: use }), true)
  assert.equal(needsK6(faults, silent, { warmUp: use }), true)
})

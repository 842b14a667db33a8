import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSpec } from '../spec/load.ts'
import { planFor } from './plan-for.ts'
import type { Past } from './plan-for.ts'
import { requestFrom, type RunFlags } from './request.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const among = spec.rules.flatMap(({ experiments }) => experiments.filter(({ inTurnWith }) => inTurnWith !== undefined).map(({ id }) => id))
const chosen = (flags: RunFlags, past: Past): string[] => planFor(spec, requestFrom(flags), 'uninstrumented', past).turn?.chosen ?? []
const DAY_MS = 86_400_000

test('a week of nights chooses each that takes turns: on one machine by its history, on fresh ones by date', () => {
  const runs: Past['runs'][number][] = []
  const [remembering, fresh]: [string[], string[]] = [[], []]
  for (let night = 0; night < 7; night += 1) {
    // Always at the same date, so that the history alone can move it.
    const own = chosen({}, { runs, nowMs: 0 })
    runs.push({ runId: String(night), target: 'lab', experiments: own, fired: [] })
    remembering.push(...own)
    fresh.push(...chosen({}, { runs: [], nowMs: (20_000 + night) * DAY_MS }))
  }
  assert.deepEqual([...new Set(remembering)].sort(), [...among].sort())
  assert.deepEqual([...new Set(fresh)].sort(), [...among].sort())
})

test('a seed chooses regardless of history and date, 0 none, and --thorough more than one', () => {
  const past: Past[] = [
    { runs: [], nowMs: 0 },
    { runs: [{ runId: 'r', target: 'lab', experiments: among.slice(0, 3), fired: [] }], nowMs: 5 * DAY_MS },
  ]
  for (const each of past) {
    assert.deepEqual(chosen({ seed: 2 }, each), among.slice(1, 2))
    assert.deepEqual(chosen({ seed: 0 }, each), [])
    assert.ok(chosen({ thorough: true }, each).length > 1)
  }
})

test('a condition that a compressed window cannot keep is a warning of the plan, in real time it is none', () => {
  const [rule] = spec.rules
  assert.ok(rule)
  const expr = 'changes(up[5m]) == 3'
  const exact = { ...spec, rules: [{ ...rule, condition: { ...rule.condition, expr } }] }
  const warnings = (flags: RunFlags): string[] =>
    planFor(exact, requestFrom(flags), 'uninstrumented', { runs: [], nowMs: 0 }).warnings?.filter((text) => text.includes(expr)) ?? []
  assert.match(
    warnings({}).join('\n'),
    new RegExp(`^${rule.alert}: "changes.* asks for an exact count, which a shorter window cannot keep`),
  )
  assert.deepEqual(warnings({ realTime: true }), [])
})

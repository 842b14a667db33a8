import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOn } from '../../chaos/controller.ts'
import { faults } from '../../chaos/fault-registry.ts'
import { FiredrillError } from '../model/error.ts'
import type { Plan } from '../model/plan.ts'
import type { FaultUse } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import { loadSpec } from '../spec/load.ts'
import { composeTarget } from '../targets/compose.ts'
import { withSharedAddresses } from './container-addresses.ts'
import { planFor } from './plan-for.ts'
import { requestFrom } from './request.ts'

const { spec } = await loadSpec()
assert.ok(spec !== undefined)
const compose = composeTarget({ HOME: '/nonexistent', DOCKER_HOST: 'unix:///nonexistent/docker.sock' })
/** Heap pressure needs an agent that is built with the lab. */
const kill = (use: FaultUse): boolean => {
  try {
    return faultOn(compose, use, faults).fault.meta.id === 'kill-container'
  } catch (error) {
    if (error instanceof FiredrillError && error.code === 'FAULT_NOT_ALLOWED') return false
    throw error
  }
}

/** When each container that is killed is dead, by the plan. */
function dead(plan: Plan): { id: string; fromMs: number; untilMs: number }[] {
  const kills = (use: FaultUse | undefined): boolean => use !== undefined && compose.parts[use.target] !== undefined && kill(use)
  return [
    ...plan.experiments.flatMap(({ id, startMs, legs }) =>
      legs.flatMap(({ atMs, holdMs, fault }) => (kills(fault) ? [{ id, fromMs: startMs + atMs, untilMs: startMs + atMs + holdMs }] : [])),
    ),
    ...(plan.outages ?? []).flatMap(({ id, startMs, holdMs, fault }) =>
      kills(fault) ? [{ id, fromMs: startMs, untilMs: startMs + holdMs }] : [],
    ),
  ]
}

function overlaps(plan: Plan): string[] {
  const all = dead(plan)
  return all.flatMap((a, index) =>
    all
      .slice(index + 1)
      .filter((b) => a.id !== b.id && a.fromMs < b.untilMs && b.fromMs < a.untilMs)
      .map((b) => `${a.id} and ${b.id}`),
  )
}

const planned = (speed: number, target?: Target): Plan =>
  planFor(spec, { ...requestFrom({ seed: 2 }), speed }, 'uninstrumented', { runs: [], nowMs: 0 }, undefined, target)

test('of containers no two are dead at a time, which would exchange their addresses; processes have their own', () => {
  for (const speed of [1, 15]) {
    assert.ok(dead(planned(speed, compose)).length >= 5)
    assert.deepEqual(overlaps(planned(speed, compose)), [])
    assert.ok(overlaps(planned(speed)).length > 0, 'nothing overlaps anyway')
    assert.ok(planned(speed, compose).makespanMs <= planned(speed).makespanMs * 1.2)
  }
})

test('a target without containers has the plan of the specification', () => {
  assert.equal(withSharedAddresses(spec, undefined, faults), spec)
  assert.equal(withSharedAddresses(spec, { ...compose, parts: { redis: { name: 'redis' } } }, faults), spec)
})

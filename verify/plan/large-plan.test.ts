import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { compressExpr } from '../compress/compress.ts'
import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { parseSpec } from '../spec/parse-spec.ts'
import { cpuMs } from '../../testing/machine/cpu-time.ts'
import { largeSpec } from '../../testing/spec/large-spec.ts'
import { plan } from './make-plan.ts'

const leaves = (id: string): 'down' | undefined => (id === 'kill-process' ? 'down' : undefined)
const planOf = (spec: Spec): Plan => plan(spec, { speed: 15, compressExpr, leaves })
const specOf = (services: number, experiments: number, targets: number): Spec => {
  const { spec, problems } = parseSpec(largeSpec({ services, experiments, targets }))
  assert.deepEqual(problems, [])
  return spec ?? assert.fail('no specification')
}

let spec: Spec
let made: Plan
before(() => {
  spec = specOf(50, 200, 1_000)
  made = planOf(spec)
})

test('200 experiments and 1,000 targets: everything is planned, nothing that excludes one another overlaps', () => {
  assert.equal(made.experiments.length, 200)
  assert.equal(spec.platform.targets.length, 1_000)
  assert.ok(made.conflicts.length > 300, `${made.conflicts.length} pairs`)
  const of = new Map(made.experiments.map((each) => [each.id, each]))
  for (const { a, b } of made.conflicts) {
    const [first, second] = [of.get(a), of.get(b)].filter((each) => each !== undefined).sort((x, y) => x.startMs - y.startMs)
    assert.ok(first !== undefined && second !== undefined)
    const link = second.after?.find(({ experiment }) => experiment === first.id)
    const clearMs = first.legs.find(({ name }) => name === 'clear')?.atMs ?? assert.fail('no clear leg')
    assert.ok(second.startMs >= first.startMs + (link?.until === 'ended' ? first.durationMs : clearMs), `${a} and ${b}`)
  }
})

test('its length is within its bound, and the bound is no longer than what five who share a database take one after another', () => {
  assert.ok(made.makespanMs / made.lowerBoundMs <= 1.05, `${made.makespanMs} / ${made.lowerBoundMs}`)
  const shared = made.experiments.filter(({ id }) => /^svc-[0-4]-errors$/.test(id))
  assert.equal(shared.length, 5)
  assert.ok(made.lowerBoundMs <= shared.reduce((sum, { durationMs }) => sum + durationMs, 0))
})

test('its side effects are found among 200 rules: a rule on the same value that no experiment names', () => {
  const [heap] = spec.rules.filter(({ alert }) => alert === 'Svc7heap')
  assert.ok(heap !== undefined)
  const found = planOf({ ...spec, rules: [...spec.rules, { ...heap, alert: 'Svc7HeapEarly', experiments: [] }] })
  assert.deepEqual(
    found.warnings?.map((text) => text.split(' true (')[0]),
    ['svc-7-heap makes Svc7HeapEarly {job="svc-7", severity="warning"}'],
  )
})

test('planning them takes at most 2 s of CPU', () => {
  // The least of three: what others on the machine take away is no part of it.
  const taken = [1, 2, 3].map(() => {
    const beganMs = cpuMs()
    planOf(spec)
    return cpuMs() - beganMs
  })
  assert.ok(Math.min(...taken) <= 2_000, taken.join(', '))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compressExpr } from '../compress/compress.ts'
import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import type { Verdict } from '../model/verdict.ts'
import { judge } from '../judge/judge.ts'
import { plan } from '../plan/make-plan.ts'
import { loadSpec } from '../spec/load.ts'
import { runDrill } from './run.ts'
import { virtualPlatform } from '../../testing/virtual/virtual-platform.ts'

const { spec: whole } = await loadSpec()
assert.ok(whole !== undefined)
/** The rules' experiments; traces, logs and the dashboard have stores of their own, which no virtual platform has. */
const spec: Spec = { ...whole, traces: [], logs: [], outages: [], slo: { ...whole.slo, panels: [] } }

async function drilled(made: Plan): Promise<{ verdicts: Verdict[]; tookMs: number }> {
  const { world, stop } = virtualPlatform(made, spec)
  const beganMs = world.clock.now()
  const ended = await world.clock.drive(
    runDrill(made, spec, world, {
      runId: 'r1',
      tool: 'test',
      target: 'virtual',
      components: {},
      signal: new AbortController().signal,
      steadyDeadlineMs: 60_000,
      derivedFields: null,
    }).finally(stop),
  )
  assert.equal(ended, 'completed')
  return { verdicts: judge({ entries: world.entries, problems: [] }), tookMs: world.clock.now() - beganMs }
}

const outcomes = (verdicts: Verdict[]): string[] =>
  verdicts.map(({ subject, check, status, cause }) => `${subject} ${check} ${status}${cause === undefined ? '' : ` (${cause})`}`).sort()

const options = { speed: 15, compressExpr }

test('the parallel plan of the real specification has the verdicts of the serial one', async () => {
  const parallel = await drilled(plan(spec, options))
  const serial = await drilled(plan(spec, { ...options, serial: true }))
  assert.deepEqual(
    parallel.verdicts
      .filter(({ status }) => status === 'fail' || status === 'unknown')
      .map(({ subject, check, observed }) => `${subject} ${check}: ${observed}`),
    [],
  )
  assert.deepEqual(outcomes(parallel.verdicts), outcomes(serial.verdicts))
  assert.ok(parallel.verdicts.filter(({ status }) => status === 'pass').length > 100)
  assert.ok(parallel.tookMs < serial.tookMs / 2, `${parallel.tookMs} ms against ${serial.tookMs} ms`)
})

const DISTURBED: [victim: string, by: string][] = [
  ['redis-memory-filled', 'redis-killed'],
  ['redis-memory-filled', 'redis-hung'],
  ['rate-limit-burst', 'redis-killed'],
  ['slow-queries', 'mysql-killed'],
  ['mysql-killed', 'service-down'],
]
for (const [victim, by] of DISTURBED) {
  test(`${by} in the middle of ${victim}, which the plan never has, changes what is found`, async () => {
    const pair = { ...options, only: [victim, by] }
    const made = plan(spec, pair)
    assert.ok(made.conflicts.length > 0, 'the plan keeps them apart')
    const serial = outcomes((await drilled(plan(spec, { ...pair, serial: true }))).verdicts)
    const fire = made.experiments.find(({ id }) => id === victim)
    const middleMs = (fire?.legs.find(({ name }) => name === 'fire')?.atMs ?? 0) + Math.min(fire?.windows.pending.latestMs ?? 0, 10_000)
    const together = made.experiments.map((each) => ({
      ...each,
      after: [],
      legs:
        each.id === by
          ? [
              { ...(each.legs[0] ?? assert.fail()), holdMs: middleMs },
              ...each.legs.filter(({ name }) => name === 'fire' || name === 'clear'),
            ]
          : each.legs,
    }))
    const found = outcomes((await drilled({ ...made, experiments: together, conflicts: [] })).verdicts)
    assert.notDeepEqual(
      found.filter((outcome) => outcome.startsWith(`${victim} `)),
      serial.filter((outcome) => outcome.startsWith(`${victim} `)),
    )
  })
}

for (const shiftMs of [1, 333, 667]) {
  test(`the order in which experiments begin within a second does not matter (${shiftMs} ms)`, async () => {
    const made = plan(spec, options)
    const legs = (each: Plan['experiments'][number], index: number): Plan['experiments'][number] => ({
      ...each,
      legs: each.legs.map((leg) => (leg.name === 'before' ? { ...leg, holdMs: leg.holdMs + ((shiftMs * (index + 1)) % 1_000) } : leg)),
    })
    const shifted = await drilled({ ...made, experiments: made.experiments.map(legs) })
    assert.deepEqual(
      shifted.verdicts
        .filter(({ status }) => status === 'fail' || status === 'unknown')
        .map(({ subject, check, observed }) => `${subject} ${check}: ${observed}`),
      [],
    )
  })
}

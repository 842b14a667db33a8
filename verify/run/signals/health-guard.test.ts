import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalBody, JournalEntry } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import { emptySpec, fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'
import { runDrill } from '../run.ts'
import { HealthGuard } from './health-guard.ts'

const seen = (health: Record<string, string>) =>
  Object.entries(health).map(([job, each]) => ({ job, instance: `${job}:1`, health: each, scrapeIntervalMs: 1_000 }))
const fault = (phase: 'inject' | 'undo'): JournalBody => ({
  kind: 'fault',
  experiment: 'redis-killed',
  leg: 'fire',
  phase,
  fault: 'kill-process',
  target: 'redis',
  startedMs: 0,
  effectiveMs: 0,
  ok: true,
  detail: '',
})
const plan: Plan = planOf([
  plannedExperiment('redis-killed', {
    subject: { job: 'redis-exporter' },
    effects: ['redis'],
    may: [{ alert: 'ServiceDown', labels: { job: 'rate-limiter' }, because: 'test' }],
  }),
])
const ALL_UP = { 'shop': 'up', 'redis': 'up', 'redis-exporter': 'up', 'rate-limiter': 'up' }

test('what goes down beside the faults ends the drill after three scrapes and 5 s, with its name and what is in force', () => {
  const guard = new HealthGuard(plan, emptySpec)
  assert.equal(guard.look(seen({ ...ALL_UP, old: 'down' }), 0), undefined)
  guard.see(fault('inject'), 1_000)
  for (let atMs = 1_000; atMs < 9_000; atMs += 1_000)
    assert.equal(guard.look(seen({ ...ALL_UP, shop: 'down', old: 'down' }), atMs), undefined)
  assert.equal(
    guard.look(seen({ ...ALL_UP, shop: 'down', old: 'down' }), 9_000),
    'shop (shop:1) is down for 8 s, which nothing in force is known to disturb (redis-killed)',
  )
})

test('a target that answers again in between, or was never up, is no reason', () => {
  const guard = new HealthGuard(plan, emptySpec)
  guard.look(seen(ALL_UP), 0)
  guard.look(seen({ ...ALL_UP, shop: 'down' }), 1_000)
  guard.look(seen({ ...ALL_UP, shop: 'down' }), 8_000)
  guard.look(seen(ALL_UP), 8_500)
  assert.equal(guard.look(seen({ ...ALL_UP, shop: 'down' }), 9_500), undefined)
  assert.equal(guard.look(seen({ ...ALL_UP, shop: 'down' }), 16_000), undefined)
  assert.notEqual(guard.look(seen({ ...ALL_UP, shop: 'down' }), 17_500), undefined)
})

test('what a fault in force disturbs, by its target, its alerts and its effects, is expected until it had time to come back', () => {
  for (const job of ['redis', 'redis-exporter', 'rate-limiter']) {
    const guard = new HealthGuard(plan, emptySpec)
    guard.look(seen(ALL_UP), 0)
    guard.see(fault('inject'), 1_000)
    for (let atMs = 1_000; atMs <= 600_000; atMs += 1_000)
      assert.equal(guard.look(seen({ ...ALL_UP, [job]: 'down' }), atMs), undefined, job)
    guard.see(fault('undo'), 600_000)
    assert.equal(guard.look(seen({ ...ALL_UP, [job]: 'down' }), 608_000), undefined)
    guard.look(seen({ ...ALL_UP, [job]: 'down' }), 608_001)
    assert.match(guard.look(seen({ ...ALL_UP, [job]: 'down' }), 616_001) ?? '', /is down for 8 s.*\(no fault or load\)/)
  }
})

test('a Prometheus that does not answer is a reason as well, after twice as long', () => {
  const guard = new HealthGuard(plan, emptySpec)
  guard.look(seen(ALL_UP), 0)
  assert.equal(guard.unseen('ECONNREFUSED', 15_999, 1_000), undefined)
  assert.equal(guard.unseen('ECONNREFUSED', 16_000, 1_000), 'Prometheus has not answered for 16 s: ECONNREFUSED')
})

test('a drill under guard ends with everything undone; without the guard it goes on', async () => {
  for (const guardHealth of [true, false]) {
    const world = fakeWorld({ noticedMs: 1_000_000 })
    let downFromMs = Infinity
    const { inject } = world.chaos
    world.chaos.inject = (use, experiment) => {
      downFromMs = world.clock.now() + 500
      return inject(use, experiment)
    }
    world.prometheus.targets = () =>
      Promise.resolve([
        {
          job: 'shop',
          instance: 'shop:1',
          health: world.clock.now() >= downFromMs ? 'down' : 'up',
          lastError: '',
          scrapeUrl: '',
          scrapeIntervalMs: 100,
          scrapeTimeoutMs: 100,
        },
      ])
    const ended = await world.clock.drive(
      runDrill(plan, emptySpec, world, {
        runId: 'r',
        tool: 't',
        target: 'x',
        components: {},
        signal: new AbortController().signal,
        steadyDeadlineMs: 10_000,
        derivedFields: null,
        guardHealth,
      }),
    )
    const faults = world.entries.filter((entry): entry is Extract<JournalEntry, { kind: 'fault' }> => entry.kind === 'fault')
    assert.deepEqual([ended, faults.map(({ phase }) => phase)], [guardHealth ? 'aborted' : 'completed', ['inject', 'undo']])
    const [injected, undone] = faults.map(({ atMs }) => atMs) as [number, number]
    assert.ok(guardHealth ? undone - injected < 8_000 : undone - injected >= 10_000, `${undone - injected} ms in force`)
    const footer = world.entries.at(-1)
    const detail = footer?.kind === 'footer' ? footer.detail : undefined
    assert.equal(detail?.startsWith('the health guard ended the drill: shop (shop:1) is down') === true, guardHealth)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptySpec, fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'
import type { DrillOptions } from '../options.ts'
import { awaitSteadyState, rememberedMs } from './steady-state.ts'

const PLAN = planOf([plannedExperiment('redis-killed')])
const OPTIONS: DrillOptions = {
  runId: 'r1',
  tool: 'test',
  target: 'fake',
  components: {},
  signal: new AbortController().signal,
  steadyDeadlineMs: 600_000,
  derivedFields: null,
}

/** A platform whose alert has `state` for ever (or whose target is down), and how long the wait for its steady state took. */
async function waited(
  state: string,
  inVain?: () => string | undefined,
): Promise<{ text: string | null; tookMs: number; patienceMs: number }> {
  const world = fakeWorld()
  if (state === 'down') {
    const up = world.prometheus.targets
    world.prometheus.targets = async () => (await up()).map((target) => ({ ...target, health: 'down', lastError: 'refused' }))
  }
  world.prometheus.alerts = () =>
    Promise.resolve([{ labels: { alertname: 'RedisConnectionFailed', job: 'redis' }, annotations: {}, state, activeAtMs: 1, value: '0' }])
  const beganMs = world.clock.now()
  const patienceMs = await rememberedMs(PLAN, emptySpec, world.prometheus)
  const ask = inVain === undefined ? undefined : () => Promise.resolve(inVain())
  const text = await world.clock.drive(awaitSteadyState(PLAN, emptySpec, world, OPTIONS, ask))
  return { text, tookMs: world.clock.now() - beganMs, patienceMs }
}

test('an alert that fires without a cause is not waited for longer than a rule remembers', async () => {
  const { text, tookMs, patienceMs } = await waited('firing', () => 'it fires without a cause')
  assert.match(text ?? '', /^not steady, and it would not become so: it fires without a cause, for \d+ s now$/)
  assert.ok(tookMs >= patienceMs && tookMs < patienceMs + 60_000, `${tookMs} ms, ${patienceMs} ms remembered`)
})

test('neither is a target that is down although its service answers', async () => {
  const { text, tookMs } = await waited('down', () => 'shop down although its service answers')
  assert.match(text ?? '', /^not steady, and it would not become so: shop down/)
  assert.ok(tookMs < OPTIONS.steadyDeadlineMs)
  assert.match((await waited('down', () => undefined)).text ?? '', /^not steady after 600 s: targets not up/)
})

test('one that is only pending, or that may have a cause, is waited for until the deadline', async () => {
  let looks = 0
  const now = [
    await waited('pending', () => 'it fires without a cause'),
    await waited('firing', () => undefined),
    await waited('firing'),
    // A moment's contradiction is none: the windows of Prometheus and of k6 begin a scrape apart.
    await waited('firing', () => ((looks += 1) % 2 === 0 ? undefined : 'it fires without a cause')),
  ]
  for (const { text, tookMs } of now) {
    assert.match(text ?? '', /^not steady after \d+ s: alerts active/)
    assert.ok(tookMs >= OPTIONS.steadyDeadlineMs)
  }
  assert.ok(looks > 3)
})

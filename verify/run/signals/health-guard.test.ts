import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalBody, JournalEntry, Series } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import { emptySpec, fakeWorld, plannedExperiment, planOf } from '../../../testing/virtual/fake-ports.ts'
import { runDrill } from '../run.ts'
import type { Spec } from '../../model/spec.ts'
import { HealthGuard, requestsToServices } from './health-guard.ts'

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

const articles = { service: 'moalog-server', method: 'GET', path: '/api/v1/articles', headers: {}, expectStatus: 200 }
const shop: Spec = {
  ...emptySpec,
  platform: {
    ...emptySpec.platform,
    services: [
      { name: 'moalog-server', container: 'moalog-server', job: 'moalog', runtime: 'rust', tracing: 'none', signals: [] },
      { name: 'limiter', container: 'limiter', job: 'rate-limiter', runtime: 'jvm', tracing: 'none', signals: [] },
    ],
  },
  outages: [
    {
      id: 'not-in-the-plan',
      keepsAnswering: [
        { request: { ...articles, method: 'POST' }, withinMs: 1_000, share: 1, because: 'test' },
        { request: articles, withinMs: 1_000, share: 1, because: 'test' },
        { request: { ...articles, path: '/other' }, withinMs: 1_000, share: 1, because: 'test' },
      ],
    },
  ] as unknown as Spec['outages'],
} as Spec

test('of every specified service one request is asked, one that only reads where there is one', () => {
  assert.deepEqual(requestsToServices(shop), [articles])
})

test('a service that is not in the plan and ceases to answer is a reason; one that a fault disturbs, or that never answered, is none', () => {
  const limiter = { ...articles, service: 'limiter' }
  const guard = new HealthGuard(plan, shop)
  assert.equal(guard.asked(articles, undefined, 0), undefined)
  assert.equal(guard.asked(limiter, undefined, 0), undefined)
  const never = new HealthGuard(plan, shop)
  guard.see(fault('inject'), 1_000)
  // rate-limiter is the job of an alert that redis-killed may fire.
  for (let atMs = 1_000; atMs < 60_000; atMs += 1_000) {
    assert.equal(guard.asked(limiter, '503', atMs), undefined)
    assert.equal(never.asked(articles, '503', atMs), undefined)
  }
  guard.asked(articles, 'ECONNREFUSED', 60_000)
  assert.equal(guard.asked(articles, 'ECONNREFUSED', 67_999), undefined)
  assert.equal(
    guard.asked(articles, 'ECONNREFUSED', 68_000),
    'moalog-server does not answer GET /api/v1/articles for 8 s (ECONNREFUSED), which nothing in force is known to disturb (redis-killed)',
  )
})

const counted = (status: string, value: number, endpoint = '/api'): Series => ({
  metric: { status, endpoint },
  values: [[0, String(value)]],
})
const withSlo: Spec = {
  ...shop,
  slo: {
    ...emptySpec.slo,
    errorRate: 0.001,
    windowMs: 86_400_000,
    measured: { service: 'moalog-server', requests: 'axum_http_requests_total', durations: 'x' },
  },
}

for (const [what, errorsLater, expected] of [
  [
    'spent during the drill',
    9,
    /^the health guard ended the drill: the error budget of moalog-server is at 10\.0 % of 1d, below the floor of 20 %$/,
  ],
  ['enough', 7, undefined],
] as const)
  test(`error budget, ${what}`, async () => {
    const world = fakeWorld({ noticedMs: 1_000_000 })
    let errors = 1
    const { inject } = world.chaos
    world.chaos.inject = (use, experiment) => {
      errors = errorsLater
      return inject(use, experiment)
    }
    const asked: string[] = []
    world.prometheus.query = (expr) => {
      if (!expr.includes('increase')) return Promise.resolve([])
      asked.push(expr)
      // A scrape of Prometheus is no request of a user.
      return Promise.resolve([counted('200', 9_990), counted('500', errors), counted('200', 1_000_000, '/metrics')])
    }
    const ended = await world.clock.drive(
      runDrill(plan, withSlo, world, {
        runId: 'r',
        tool: 't',
        target: 'x',
        components: {},
        signal: new AbortController().signal,
        steadyDeadlineMs: 10_000,
        derivedFields: null,
        guardHealth: true,
        budgetFloor: 20,
      }),
    )
    const footer = world.entries.at(-1)
    const detail = footer?.kind === 'footer' ? footer.detail : undefined
    assert.equal(ended, expected === undefined ? 'completed' : 'aborted', detail)
    if (expected !== undefined) assert.match(detail ?? '', expected)
    assert.match(asked[0] ?? '', /^sum by \(status, .*\) \(increase\(axum_http_requests_total\{job="moalog"\}\[1d\]\)\)$/)
  })

test('with too little error budget nothing is injected', async () => {
  const world = fakeWorld()
  world.prometheus.query = (expr) => Promise.resolve(expr.includes('increase') ? [counted('200', 1_000), counted('503', 1)] : [])
  const ended = await world.clock.drive(
    runDrill(plan, withSlo, world, {
      runId: 'r',
      tool: 't',
      target: 'x',
      components: {},
      signal: new AbortController().signal,
      steadyDeadlineMs: 10_000,
      derivedFields: null,
      guardHealth: true,
      budgetFloor: 20,
    }),
  )
  assert.equal(ended, 'unhealthy-before')
  assert.deepEqual(
    world.entries.filter(({ kind }) => kind === 'fault'),
    [],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compressExpr } from '../compress/compress.ts'
import { FiredrillError } from '../model/error.ts'
import type { Plan, Timing } from '../model/plan.ts'
import type { LegSpec, Spec } from '../model/spec.ts'
import { promisedRoute, routedTo } from '../routing/tree.ts'
import { loadSpec } from '../spec/load.ts'
import { plan } from './make-plan.ts'
import type { PlanOptions } from './make-plan.ts'
import { planTable } from './table.ts'
import { timingFromSpec } from './timing.ts'

const { spec } = await loadSpec()
const { spec: team } = await loadSpec(fileURLToPath(new URL('../spec/fixtures/team', import.meta.url)))
assert.ok(spec !== undefined && team !== undefined)
const anew = (options: Partial<PlanOptions> = {}, of: Spec = spec): Plan => plan(of, { speed: 15, compressExpr, ...options })
const plans = new Map<string, Plan>()
/** The same plan is made once: planning is deterministic (a test of its own), and no test changes a plan. */
const planned = (options: Partial<PlanOptions> = {}, of: Spec = spec): Plan => {
  if (of !== spec || Object.values(options).some((option) => typeof option === 'function')) return anew(options, of)
  const key = JSON.stringify(options)
  const found = plans.get(key) ?? anew(options)
  plans.set(key, found)
  return found
}
const one = (id: string, options: Partial<PlanOptions> = {}): Plan['experiments'][number] =>
  planned({ only: [id], ...options }).experiments.find((each) => each.id === id) ?? assert.fail(id)
const copy = (): Spec => structuredClone(spec)

/** End of the leg that undoes the last fault. */
const undoneMs = ({ startMs, legs }: Plan['experiments'][number]): number =>
  startMs + (legs.find(({ name }) => name === 'clear')?.atMs ?? 0)

function assertApart({ experiments, conflicts }: Plan): void {
  for (const { a, b } of conflicts) {
    const [first, second] = experiments.filter(({ id }) => id === a || id === b).sort((x, y) => x.startMs - y.startMs)
    assert.ok(first !== undefined && second !== undefined)
    const link = second.after?.find(({ experiment }) => experiment === first.id)
    assert.ok(link !== undefined, `${second.id} does not wait for ${first.id}`)
    assert.ok(
      second.startMs >= (link.until === 'ended' ? first.startMs + first.durationMs : undoneMs(first)),
      `${second.id} begins before ${first.id} is ${link.until}`,
    )
  }
}

/** A further rule may cost as much as the longest that cannot run beside another. */
const budgetMs = (ms: number): number => ms + 35_000 * Math.max(0, spec.rules.length - 8)

test('the default compressed drill is near its bound and lasts at most 165 s for eight rules', () => {
  const made = planned()
  assert.equal(
    made.experiments.length,
    spec.rules.flatMap(({ experiments }) => experiments).filter(({ inTurnWith }) => inTurnWith === undefined).length,
  )
  assert.ok(made.makespanMs <= budgetMs(165_000), `${made.makespanMs} ms`)
  assert.ok(made.makespanMs / made.lowerBoundMs <= 1.1)
  assert.equal(made.optimal, true)
  assertApart(made)
})

test('where a route continues, the legs last as long as the slowest of its receivers needs', () => {
  const [experiment] = planned({ only: ['redis-killed'] }).experiments
  const of = (groupWaitMs: number): Plan['experiments'][number] => {
    const changed = copy()
    const [first] = changed.routing.routes
    changed.routing.routes.splice(0, 1, { ...first!, continues: true }, { match: {}, receiver: 'default', groupWaitMs })
    return anew({ only: ['redis-killed'] }, changed).experiments[0]!
  }
  const holdOf = ({ legs }: Plan['experiments'][number]): number => legs.find(({ name }) => name === 'fire')?.holdMs ?? 0
  assert.deepEqual([experiment?.alsoReceivers, of(15_000).alsoReceivers], [undefined, ['default']])
  assert.equal(holdOf(of(15_000)), holdOf(experiment!))
  assert.equal(holdOf(of(300_000)) - holdOf(experiment!), (300_000 - 15_000) / 15)
})

const IN_TURN = spec.rules.flatMap(({ experiments }) => experiments).filter(({ inTurnWith }) => inTurnWith !== undefined)

/** Alert instances that a plan makes fire, of those that its rules hold for. */
function firedBy({ experiments, subjects = [] }: Plan): string[] {
  const ids = experiments.map(({ id }) => id)
  return subjects.filter(({ by }) => by.some((id) => ids.includes(id))).map(({ alert, labels }) => `${alert} ${labels['job'] ?? ''}`)
}

const REACHED = (planned({ turn: { by: 'thorough' } }).subjects ?? [])
  .filter(({ by }) => by.length > 0)
  .map(({ alert, labels }) => `${alert} ${labels['job'] ?? ''}`)

test('a week of nights fires every rule for every subject that an experiment reaches; each lasts at most 180 s for eight rules and fires every rule', () => {
  assert.ok(IN_TURN.length > 0 && IN_TURN.length <= 7, `${IN_TURN.length} take turns`)
  const nights = IN_TURN.map((_, night) => planned({ turn: { by: 'seed', seed: night + 1 } }))
  for (const made of nights) {
    assert.ok(made.makespanMs <= budgetMs(180_000), `${made.turn?.chosen.join(', ')}: ${made.makespanMs} ms`)
    assert.deepEqual([...new Set(made.experiments.map(({ alert }) => alert))].sort(), spec.rules.map(({ alert }) => alert).sort())
    assert.equal(made.warnings, undefined)
    assertApart(made)
  }
  assert.deepEqual([...new Set(nights.flatMap(firedBy))].sort(), [...REACHED].sort())
})

test('a thorough drill fires every rule for every such subject within 6 min for eight rules, and says which no experiment reaches', () => {
  const made = planned({ turn: { by: 'thorough' } })
  assert.ok(made.makespanMs <= budgetMs(360_000), `${made.makespanMs} ms`)
  assert.ok(REACHED.length >= 20, REACHED.join())
  assert.deepEqual(firedBy(made), REACHED)
  assert.equal(made.warnings, undefined)
  assertApart(made)
  const unreached = (made.subjects ?? []).filter(({ by }) => by.length === 0)
  assert.deepEqual(unreached, [{ alert: 'ServiceDown', labels: { job: 'prometheus' }, by: [] }])
  assert.match(planTable(made), /not reached {4}ServiceDown\{job="prometheus"\}: no experiment makes it fire/)
})

test('a rule without an experiment is named as not reached, costs nothing, and cannot be asked for alone', () => {
  const own = copy()
  own.rules = own.rules.map((rule) => (rule.alert === 'RedisHighMemory' ? { ...rule, experiments: [] } : rule))
  const made = planned({}, own)
  assert.ok(!made.experiments.some(({ alert }) => alert === 'RedisHighMemory'))
  assert.match(planTable(made), /not reached {4}RedisHighMemory\{job="redis-exporter"\}: no experiment makes it fire/)
  for (const options of [{ only: ['service-down'] }, { skip: ['RedisHighMemory'] }])
    assert.ok(!(planned(options, own).subjects ?? []).some(({ alert }) => alert === 'RedisHighMemory'))
  assert.throws(
    () => planned({ only: ['redis-high-memory'] }, own),
    (error) => error instanceof FiredrillError && error.code === 'NOT_DRILLED' && error.exitCode === 2,
  )
  const none = { ...own, rules: own.rules.map((rule) => ({ ...rule, experiments: [] })), outages: [] }
  assert.throws(() => planned({}, none), /no rule of the specification has an experiment/)
})

test('the seed of a plan makes its choice again', () => {
  const runs = [{ runId: 'first', target: 'lab', experiments: [IN_TURN[0]?.id ?? ''], fired: [] }]
  const made = planned({ turn: { by: 'history', runs, nowMs: 0 } })
  assert.deepEqual(made.turn?.chosen, [IN_TURN[1]?.id])
  assert.deepEqual(planned({ turn: { by: 'seed', seed: made.seed } }).experiments, made.experiments)
})

test('the bound holds for any plan: a bad one, one after the other, stays far above the bound of the good one', () => {
  const [good, bad] = [planned(), planned({ serial: true })]
  assert.ok(bad.outages !== undefined && bad.outages.length > 0)
  assert.equal(bad.lowerBoundMs, good.lowerBoundMs)
  assert.ok(bad.makespanMs / bad.lowerBoundMs > 2, `${bad.makespanMs} / ${bad.lowerBoundMs}`)
  assert.equal(bad.optimal, false)
})

test('outages that exclude one another raise the bound by their durations, not by where they were placed', () => {
  const outage = spec.outages?.find(({ id }) => id === 'loki-hung')
  assert.ok(outage !== undefined)
  const outages = [1, 2, 3, 4, 5, 6].map((n) => ({ ...outage, id: `loki-hung-${n}` }))
  const made = planned({}, { ...spec, outages })
  const [first] = made.outages ?? []
  assert.equal(made.lowerBoundMs, 15_000 + 6 * (first?.durationMs ?? 0), 'the probes, then the six')
  assert.equal(made.makespanMs, made.lowerBoundMs)
})

test('shares of one service are driven at the same time, a killed Redis and whatever needs Redis are not', () => {
  const { conflicts } = planned()
  const pairs = conflicts.map(({ a, b }) => [a, b].sort().join(' '))
  assert.ok(!pairs.includes('error-burst latency-burst'))
  for (const pair of [
    'rate-limit-burst redis-killed',
    'redis-killed redis-memory-filled',
    'redis-hung redis-killed',
    'mysql-killed slow-queries',
    'mysql-killed service-down',
  ])
    assert.ok(pairs.includes(pair), pair)
})

test('serial: one after the other, as long as all together', () => {
  const made = planned({ serial: true })
  const sum = made.experiments.reduce((total, { durationMs }) => total + durationMs, 0)
  const outages = (made.outages ?? []).filter(({ during }) => during === undefined).reduce((total, { durationMs }) => total + durationMs, 0)
  assert.equal(made.makespanMs, sum + outages)
  made.experiments.reduce((end, { startMs, durationMs }) => {
    assert.ok(startMs >= end)
    return startMs + durationMs
  }, 0)
})

test('legs follow one another without a gap, and every experiment has a fire and a clear leg', () => {
  for (const { id, legs, durationMs } of planned().experiments) {
    let at = 0
    for (const leg of legs) {
      assert.equal(leg.atMs, at, id)
      at += leg.holdMs
    }
    assert.equal(at, durationMs)
    assert.deepEqual(
      legs.map(({ name }) => name).filter((name) => name === 'fire' || name === 'clear'),
      ['fire', 'clear'],
    )
  }
})

test('a short near miss is followed by a settle leg and says how long it may have been, one by level goes straight on to fire', () => {
  const names = (id: string): string =>
    one(id)
      .legs.map(({ name }) => name)
      .join(' ')
  assert.equal(names('service-down'), 'before quiet settle fire clear')
  assert.equal(names('error-burst'), 'before quiet fire clear')
  assert.equal(names('mysql-killed'), 'before fire clear')
  assert.equal(one('service-down').legs[1]?.mustEndWithinMs, 3_000)
})

test('with a fault the traffic it hits flows before and after it as well', () => {
  assert.deepEqual(
    one('mysql-killed').legs.map(({ load }) => load?.scenario),
    ['steady', 'steady', 'steady'],
  )
  assert.deepEqual(
    one('error-burst').legs.map(({ load }) => load?.scenario),
    [undefined, 'error-burst', 'error-burst', undefined],
  )
})

test('times of the requirement in real time, divided in a compressed drill', () => {
  assert.deepEqual([one('redis-killed', { speed: 1 }).forMs, one('redis-killed').forMs], [30_000, 2_000])
  assert.match(one('slow-queries', { speed: 1 }).expr, /\[5m\]/)
  assert.match(one('slow-queries').expr, /\[20s\]/)
  assert.match(one('slow-queries').injection.expr, /\[4s\]/)
  assert.equal(planned({ speed: 1 }).timing.jobs['moalog-server']?.scrapeIntervalMs, 10_000)
})

test('a count over a window is compared with a threshold that shrank with the window, and its levels as well', () => {
  const {
    experiments: [each],
  } = planned({}, team)
  // increase over 10m < 30: over 40s it is 2.
  assert.deepEqual([each?.threshold, each?.legs[1]?.level, each?.injection.threshold], [2, 4, (6 * 8) / 120])
  assert.equal(planned({ speed: 1 }, team).experiments[0]?.threshold, 30)
})

const ROUTE = promisedRoute(spec.routing)
const LOADED: Record<string, Partial<Timing>> = {
  'evaluation_interval': { evaluationIntervalMs: 20_000 },
  'scrape_interval': { scrapeIntervalMs: 4_000 },
  'group_wait': { groupWaitMs: 7_000 },
  'a route with clocks of its own': {
    route: { ...ROUTE, routes: ROUTE.routes.map((route) => ({ ...route, groupWaitMs: 9_000, groupIntervalMs: 20_000 })) },
  },
  'a rule group with an interval of its own': {
    rules: [{ alert: 'RedisConnectionFailed', labels: { severity: 'critical' }, intervalMs: 3_000 }],
  },
}
for (const [what, change] of Object.entries(LOADED)) {
  test(`windows and holds come from the specification, whatever is loaded: another ${what}`, () => {
    const [promised, loaded] = [one('redis-killed'), one('redis-killed', { timing: { ...timingFromSpec(spec, 15), ...change } })]
    assert.deepEqual(loaded.windows, promised.windows)
    assert.deepEqual(loaded.legs, promised.legs)
  })
}

test('a route that is promised clocks of its own shifts the windows of its alerts alone', () => {
  const changed = copy()
  for (const route of changed.routing.routes)
    if (route.match['severity'] === 'critical') route.groupWaitMs = 10 * changed.routing.groupWaitMs
  const windowsOf = (id: string, of: Spec): number =>
    planned({}, of).experiments.find((each) => each.id === id)?.windows.notified.earliestMs ?? 0
  assert.ok(windowsOf('redis-killed', changed) > windowsOf('redis-killed', spec))
  assert.equal(windowsOf('redis-memory-filled', changed), windowsOf('redis-memory-filled', spec))
})

test('the plan keeps what is loaded beside what is promised', () => {
  const timing = { ...timingFromSpec(spec, 15), groupWaitMs: 7_000 }
  const made = planned({ timing })
  assert.deepEqual(made.timing, timing)
  assert.deepEqual(made.promised?.timing, timingFromSpec(spec, 15))
  assert.deepEqual(
    made.promised?.rules.map(({ alert }) => alert),
    spec.rules.map(({ alert }) => alert),
  )
})

test('alerts that share a group of the loaded routing are kept apart, whatever the specification groups by', () => {
  const one = planned()
  const grouped = planned({
    timing: {
      ...timingFromSpec(spec, 15),
      route: { ...ROUTE, routes: ROUTE.routes.map((route) => ({ ...route, groupBy: ['severity'] })) },
    },
  })
  assert.ok(!one.conflicts.some(({ a, b }) => a === 'redis-killed' && b === 'mysql-killed'))
  assert.match(
    grouped.conflicts.find(({ a, b }) => [a, b].sort().join() === 'mysql-killed,redis-killed')?.because ?? '',
    /same alert group \{severity=critical\}/,
  )
  assertApart(grouped)
})

test('an alert whose group another experiment may have opened is notified within group_interval, not group_wait', () => {
  const changed = copy()
  const rule = changed.rules.find(({ alert }) => alert === 'JVMHeapHigh') ?? assert.fail()
  rule.experiments[0]?.may.push({ alert: 'RedisConnectionFailed', labels: { job: 'redis-exporter' }, because: 'for the test' })
  const [before, after] = [planned(), planned({}, changed)].map(
    ({ experiments }) => experiments.find(({ id }) => id === 'redis-killed')?.windows.notified,
  )
  assert.equal((before?.earliestMs ?? 0) - (after?.earliestMs ?? 0), 1_000)
  assert.ok((after?.latestMs ?? 0) > (before?.latestMs ?? 0))
})

const greyZones: { story: string; change: (changed: Spec) => void; experiment: RegExp }[] = [
  {
    story: 'a short burst as near miss of a rate',
    experiment: /^slow-queries/,
    change: (changed) => {
      const quiet = experimentOf(changed, 'slow-queries').quiet
      if (quiet !== undefined) quiet.kind = 'short'
    },
  },
  {
    story: 'a fire level that dilution brings under the threshold',
    experiment: /^error-burst/,
    change: (changed) => {
      experimentOf(changed, 'error-burst').fire.levelAtLeast = 0.01
    },
  },
  {
    story: 'a near miss too near',
    experiment: /^redis-memory-filled/,
    change: (changed) => {
      const quiet = experimentOf(changed, 'redis-memory-filled').quiet
      if (quiet !== undefined) quiet.level = 0.79
    },
  },
  {
    story: 'a hold that may end before the alert must fire',
    experiment: /^service-down/,
    change: (changed) => {
      experimentOf(changed, 'service-down').fire.holdMs = { ms: 60_000, because: 'b' }
    },
  },
]
function experimentOf(of: Spec, id: string): Spec['rules'][number]['experiments'][number] {
  return of.rules.flatMap(({ experiments }) => experiments).find((each) => each.id === id) ?? assert.fail(id)
}
test('what cannot decide is refused where it stands in the specification', () => {
  const placeOf: PlanOptions['placeOf'] = (...asked) => ({ file: asked.join(' '), line: 21, column: 20 })
  const refusal = (change: (fire: LegSpec) => void): FiredrillError => {
    const changed = copy()
    change(experimentOf(changed, 'rate-limit-burst').fire)
    try {
      anew({ placeOf }, changed)
    } catch (error) {
      if (error instanceof FiredrillError) return error
    }
    return assert.fail('it was planned')
  }
  const flaps = refusal((fire) => (fire.level = 1500))
  assert.deepEqual([flaps.code, flaps.exitCode, flaps.place?.file], ['GREY_ZONE', 2, 'rate-limit-burst fire level'])
  assert.match(flaps.message, /at the fire level 1500 the alert may flap\./)
  assert.equal(refusal((fire) => (fire.levelAtLeast = 1100)).place?.file, 'rate-limit-burst fire at-least')
  assert.equal(refusal((fire) => (fire.holdMs = { ms: 15_000, because: 'x' })).place?.file, 'rate-limit-burst fire hold')
})

for (const { story, change, experiment } of greyZones) {
  test(`refuses to plan ${story}`, () => {
    const changed = copy()
    change(changed)
    assert.throws(
      () => planned({}, changed),
      (error) =>
        error instanceof FiredrillError && error.code === 'GREY_ZONE' && experiment.test(error.message) && error.next !== undefined,
    )
  })
}

test('a speed below real time is refused', () => {
  for (const speed of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => planned({ speed }), { code: 'BAD_SPEED' })
})

test('the first matching route decides, the last is the default', () => {
  assert.equal(routedTo(spec.routing, { severity: 'critical' }), 'critical')
  assert.equal(routedTo(spec.routing, { severity: 'info' }), 'default')
})

test('the same input gives the same plan', () => assert.deepEqual(anew(), anew()))

test('the plan can be drilled at any sensible speed, and in real time', () => {
  for (const speed of [1, 2, 5, 10, 15]) assertApart(planned({ speed }))
})

test('the table shows every experiment, the makespan and how near it is to the limit', () => {
  const made = planned()
  const text = planTable(made)
  for (const { id, alert } of made.experiments) assert.match(text, new RegExp(`^${id} +${alert} `, 'm'))
  const { length } = made.experiments
  assert.ok(text.includes(`${length} experiments for ${spec.rules.length} alerts, 15 times as fast as deployed; at most `), text)
  assert.match(text, /makespan \/ lower bound 1\.00 \(no shorter plan exists\)/)
  assert.doesNotMatch(text, /never at the same time/)
  assert.match(planTable(made, { details: true }), /mysql-killed and slow-queries: mysql-killed disturbs mysql/)
})

test('bars of the table are as wide as asked and in the order of the legs', () => {
  const bars = planTable(planned({ only: ['service-down', 'redis-hung'], skip: ['collector-killed', 'service-restarted'] }), { width: 40 })
    .split('\n')
    .filter((line) => line.includes('|'))
    .map((line) => line.slice(line.indexOf('|') + 1, line.lastIndexOf('|')))
  assert.equal(bars.length, 2)
  for (const bar of bars) {
    assert.equal(bar.length, 40)
    assert.match(bar, /^ *\.+q*-*#+c+ *$/)
  }
})

test('a drill in real time says so', () => assert.match(planTable(planned({ speed: 1 })), /in real time; at most \d+m/))

test('a path of the form that is not deployed is refused by name, and is no part of the rest', () => {
  assert.throws(() => planned({ only: ['path-moalog-instrumented'] }), {
    code: 'OTHER_FORM',
    exitCode: 2,
    message: /instrumented form, and the uninstrumented one/,
  })
  assert.throws(() => planned({ only: ['path-moalog', 'path-fluxpay-order'], form: 'instrumented' }), { code: 'OTHER_FORM' })
  assert.deepEqual(planned({ only: ['path-moalog-instrumented'], form: 'instrumented' }).traces, ['path-moalog-instrumented'])
  assert.ok(!planned().traces.includes('path-moalog-instrumented') && planned().traces.includes('path-moalog'))
})

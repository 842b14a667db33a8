import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FiredrillError } from '../model/error.ts'
import { GAUGE, simulate } from '../../testing/virtual/virtual-alert.ts'
import type { Outcome, World } from '../../testing/virtual/virtual-alert.ts'
import { checkLevel } from './hold.ts'
import { legalWindows, roundedUp } from './windows.ts'
import type { Course } from './windows.ts'
import type { LegalWindows } from '../model/plan.ts'

const seconds = (...values: number[]): fc.Arbitrary<number> => fc.constantFrom(...values).map((value) => value * 1000)

/** Scrape lengths and evaluation lags that differ from one to the next, but always the same for the same run. */
function jitter(seed: number, upToMs: number): (n: number) => number {
  return (n) => {
    let x = (seed ^ Math.imul(n, 0x9e3779b1)) >>> 0
    x = Math.imul(x ^ (x >>> 15), 0x85ebca6b) >>> 0
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35) >>> 0
    return (((x ^ (x >>> 16)) >>> 0) / 2 ** 32) * upToMs
  }
}

const clocks = fc.record({
  scrapeMs: seconds(1, 5, 10, 15),
  evaluationMs: seconds(1, 5, 15),
  scrapePhase: fc.double({ min: 0, max: 0.999, noNaN: true }),
  evaluationPhase: fc.double({ min: 0, max: 0.999, noNaN: true }),
  forMs: seconds(0, 2, 4, 20, 60, 300),
  keepFiringForMs: seconds(0, 0, 7),
  groupWaitMs: seconds(0, 1, 15),
  groupIntervalMs: seconds(4, 60),
  olderGroup: fc.option(fc.integer({ min: 0, max: 59_000 })),
  seed: fc.integer(),
  holdOnMs: fc.integer({ min: 0, max: 3000 }),
})
type Clocks = typeof clocks extends fc.Arbitrary<infer T> ? T : never

const LAG_MS = 600

function world(clock: Clocks, rest: Partial<World>): World {
  const timeoutMs = Math.min(clock.scrapeMs, 10_000)
  return {
    ...GAUGE,
    forMs: clock.forMs,
    keepFiringForMs: clock.keepFiringForMs,
    scrapeMs: clock.scrapeMs,
    scrapePhaseMs: Math.floor(clock.scrapePhase * clock.scrapeMs),
    timeoutMs,
    scrapeTakesMs: jitter(clock.seed, Math.min(timeoutMs, 1000)),
    evaluationMs: clock.evaluationMs,
    evaluationPhaseMs: Math.floor(clock.evaluationPhase * clock.evaluationMs),
    evaluationLagMs: jitter(clock.seed + 1, 100),
    postLagMs: 200,
    groupWaitMs: clock.groupWaitMs,
    groupIntervalMs: clock.groupIntervalMs,
    olderGroupFlushMs: clock.olderGroup === null ? null : -clock.olderGroup,
    ...rest,
  }
}

function course(simulated: World, rest: Partial<Course> = {}): Course {
  return {
    kind: simulated.kind,
    threshold: simulated.threshold,
    level: { most: simulated.level, least: simulated.level },
    baseline: { most: simulated.baseline, least: 0 },
    hung: simulated.hung,
    countedAfterMs: simulated.countedAfterMs,
    beginLagMs: 0,
    endLagMs: 0,
    forMs: simulated.forMs,
    keepFiringForMs: simulated.keepFiringForMs,
    scrapeIntervalMs: simulated.scrapeMs,
    scrapeTimeoutMs: simulated.timeoutMs,
    evaluationIntervalMs: simulated.evaluationMs,
    groupWaitMs: simulated.groupWaitMs,
    groupIntervalMs: simulated.groupIntervalMs,
    freshGroup: simulated.olderGroupFlushMs === null,
    lagMs: LAG_MS,
    ...rest,
  }
}

const NAMES = ['pending', 'firing', 'notified', 'resolved', 'resolvedNotified'] as const

function assertInside(windows: LegalWindows, outcome: Outcome): void {
  for (const name of NAMES) {
    const observed = outcome[`${name}Ms`]
    const { earliestMs, latestMs } = windows[name]
    assert.ok(observed !== undefined, `${name} did not happen`)
    assert.ok(observed >= earliestMs && observed <= latestMs, `${name} at ${observed} is not in [${earliestMs}, ${latestMs}]`)
  }
}

test('a sampled value is noticed, fires, is notified and clears inside its windows, whatever the phases', () => {
  fc.assert(
    fc.property(clocks, fc.constantFrom('up' as const, 'gauge' as const), (clock, kind) => {
      const simulated = world(clock, kind === 'up' ? { kind, level: 0, baseline: 1, threshold: 0 } : { kind })
      assertInside(legalWindows(course(simulated)), simulate(simulated, clock.holdOnMs))
    }),
    { numRuns: 400 },
  )
})

test('a target that hangs is noticed a scrape timeout later', () => {
  fc.assert(
    fc.property(clocks, (clock) => {
      const simulated = world(clock, { kind: 'up', level: 0, baseline: 1, threshold: 0, hung: true })
      assertInside(legalWindows(course(simulated)), simulate(simulated, clock.holdOnMs))
    }),
    { numRuns: 300 },
  )
  const hung = {
    ...course(world(fc.sample(clocks, { numRuns: 1, seed: 1 })[0]!, {})),
    kind: 'up' as const,
    scrapeIntervalMs: 15_000,
    scrapeTimeoutMs: 10_000,
  }
  assert.ok(legalWindows({ ...hung, hung: true }).pending.earliestMs > legalWindows({ ...hung, hung: false }).pending.earliestMs + 8_000)
})

// Without `for` a rate over few scrapes may flap while its window fills, and the first firing says little about the last.
const lasting = clocks.map((clock) => ({ ...clock, forMs: Math.max(clock.forMs, 4_000) }))

const windowed = fc.record({
  windowScrapes: fc.integer({ min: 4, max: 30 }),
  windowExtra: fc.constantFrom(0, 0, 0.4),
  ratio: fc.oneof(fc.double({ min: 1.2, max: 2, noNaN: true }), fc.double({ min: 1.2, max: 30, noNaN: true })),
  near: fc.double({ min: 0, max: 0.75, noNaN: true }),
  leftOpen: fc.boolean(),
  newBorn: fc.boolean(),
  loadGoesOn: fc.boolean(),
  countedAfterMs: fc.constantFrom(0, 800),
  pauseMs: fc.constantFrom(0, 1000, 4000),
})

/** What planning says against this level; undefined where it accepts it. */
function refusal(of: Course): FiredrillError | undefined {
  try {
    checkLevel('x', 'fire', of, [of.level.least, of.level.most])
    return undefined
  } catch (error) {
    assert.ok(error instanceof FiredrillError && error.code === 'GREY_ZONE', String(error))
    return error
  }
}

type Shape = typeof windowed extends fc.Arbitrary<infer T> ? T : never

function rateWorld(clock: Clocks, shape: Shape): World {
  const threshold = 10 / (clock.scrapeMs / 1000)
  return world(clock, {
    ...shape,
    kind: 'rate',
    threshold,
    level: threshold * shape.ratio,
    baseline: threshold * shape.near,
    newBorn: shape.newBorn && shape.near === 0,
    windowMs: (shape.windowScrapes + shape.windowExtra) * clock.scrapeMs,
  })
}
const rateCourse = (simulated: World): Course => course(simulated, { windowMs: simulated.windowMs })

test('a rate crosses its threshold inside its windows, at every level that planning accepts', () => {
  fc.assert(
    fc.property(lasting, windowed, (clock, shape) => {
      const simulated = rateWorld(clock, shape)
      fc.pre(refusal(rateCourse(simulated)) === undefined)
      assertInside(legalWindows(rateCourse(simulated)), simulate(simulated, clock.holdOnMs))
    }),
    { numRuns: 700 },
  )
})

// Found by the property above.
const FLAPPING: { clock: Clocks; shape: Shape } = {
  clock: {
    scrapeMs: 1000,
    evaluationMs: 15_000,
    scrapePhase: 0,
    evaluationPhase: 0.1762,
    forMs: 4000,
    keepFiringForMs: 0,
    groupWaitMs: 0,
    groupIntervalMs: 4000,
    olderGroup: null,
    seed: 285_183_663,
    holdOnMs: 0,
  },
  shape: {
    windowScrapes: 4,
    windowExtra: 0,
    ratio: 1.4,
    near: 0,
    leftOpen: false,
    newBorn: false,
    loadGoesOn: false,
    countedAfterMs: 0,
    pauseMs: 0,
  },
}

test('a level that rate() sees below its threshold while a scrape is under way flaps, and is refused with the level that does not', () => {
  const { clock, shape } = FLAPPING
  const flapping = rateWorld(clock, shape)
  assert.throws(() => assertInside(legalWindows(rateCourse(flapping)), simulate(flapping, 0)), /pending at 62643 is not in/)
  const refused = refusal(rateCourse(flapping))
  assert.match(
    refused?.message ?? '',
    /at the fire level 14 the alert may flap\. While a scrape is under way, rate\(\) over 4s \(4 scrapes\) reads as little as 56 % of it, and the threshold is 10/,
  )
  assert.match(refused?.next ?? '', /^Inject at least 1\.78 x the threshold \(a level of at least 17\.8\), give the rule a longer range,/)
  const clear = rateWorld(clock, { ...shape, ratio: 1.78 })
  assert.equal(refusal(rateCourse(clear)), undefined)
  assertInside(legalWindows(rateCourse(clear)), simulate(clear, 0))
})

test('no level is refused for scrapes that are short beside their interval: rate() extrapolates over them', () => {
  const { clock, shape } = FLAPPING
  const inRealTime = rateWorld({ ...clock, scrapeMs: 15_000 }, shape)
  assert.equal(refusal(rateCourse(inRealTime)), undefined)
})

test('the share that is lost while a scrape is under way is lost in the simulation, too', () => {
  const { clock, shape } = FLAPPING
  // Each evaluation comes just before a scrape is over: over 4 scrapes 2.5 are read, so 1.6 x the threshold is the limit.
  const worst = (ratio: number): number | undefined =>
    simulate(
      {
        ...rateWorld({ ...clock, evaluationMs: 1000, evaluationPhase: 0.98 }, { ...shape, ratio }),
        scrapeTakesMs: () => 990,
        evaluationLagMs: () => 0,
      },
      0,
    ).firingMs
  assert.equal(worst(1.55), undefined)
  assert.notEqual(worst(1.7), undefined)
})

test('a share (ratio or quantile) crosses its threshold inside its windows at every level that planning accepts, also when other load dilutes it', () => {
  fc.assert(
    fc.property(
      lasting,
      windowed,
      fc.record({
        rate: fc.double({ min: 0, max: 20, noNaN: true }),
        fromMs: fc.integer({ min: -600_000, max: 60_000 }),
        forMs: fc.integer({ min: 0, max: 900_000 }),
      }),
      (clock, shape, others) => {
        const total = 20
        const threshold = 0.05
        const level = Math.min(1, threshold * shape.ratio)
        const diluted = (level * total) / (total + others.rate)
        const simulated = world(clock, {
          ...shape,
          kind: 'ratio',
          total,
          threshold,
          level,
          baseline: threshold * shape.near,
          newBorn: shape.newBorn && shape.near === 0,
          others: { rate: others.rate, fromMs: others.fromMs, toMs: others.fromMs + others.forMs },
          windowMs: Math.max(20_000, (shape.windowScrapes + shape.windowExtra) * clock.scrapeMs),
        })
        const own = course(simulated, { windowMs: simulated.windowMs, level: { most: level, least: diluted }, pauseMs: shape.pauseMs })
        fc.pre(refusal(own) === undefined)
        assertInside(legalWindows(own), simulate(simulated, clock.holdOnMs))
      },
    ),
    { numRuns: 500 },
  )
})

test('the windows are no wider than phases and lags make them: simulated runs reach both ends of a gauge window', () => {
  const clock = {
    ...fc.sample(clocks, { numRuns: 1, seed: 7 })[0]!,
    scrapeMs: 15_000,
    evaluationMs: 15_000,
    forMs: 60_000,
    keepFiringForMs: 0,
    olderGroup: null,
  }
  const observed: number[] = []
  for (let i = 0; i < 20; i += 1)
    for (let j = 0; j < 20; j += 1) {
      const simulated = world({ ...clock, scrapePhase: i / 20, evaluationPhase: j / 20, seed: i * 20 + j }, {})
      observed.push(simulate(simulated, 0).firingMs ?? Number.NaN)
    }
  const { firing } = legalWindows(course(world(clock, {})))
  assert.ok(Math.min(...observed) - firing.earliestMs < 2_500, `earliest seen ${Math.min(...observed)}, allowed ${firing.earliestMs}`)
  assert.ok(firing.latestMs - Math.max(...observed) < 3_500, `latest seen ${Math.max(...observed)}, allowed ${firing.latestMs}`)
})

test('the figures of the timing model: refused target, 15 s clocks, for 1m', () => {
  const windows = legalWindows({
    ...course(world(fc.sample(clocks, { numRuns: 1, seed: 3 })[0]!, {})),
    kind: 'up',
    scrapeIntervalMs: 15_000,
    scrapeTimeoutMs: 10_000,
    evaluationIntervalMs: 15_000,
    forMs: 60_000,
    keepFiringForMs: 0,
    groupWaitMs: 10_000,
    groupIntervalMs: 60_000,
    freshGroup: true,
    lagMs: 0,
  })
  // [0, 30), [60, 90), [70, 100), resolved [0, 30), notified within another minute; plus a scrape's length (1 s) and the evaluation's lag
  // (0.5 s).
  assert.deepEqual(windows, {
    pending: { earliestMs: -500, latestMs: 31_000 },
    firing: { earliestMs: 59_500, latestMs: 91_000 },
    notified: { earliestMs: 69_500, latestMs: 101_000 },
    resolved: { earliestMs: -500, latestMs: 31_000 },
    resolvedNotified: { earliestMs: -500, latestMs: 91_000 },
  })
})

test('an older group may hold the first notification back by up to group_interval, and may send it at once', () => {
  const base = course(world(fc.sample(clocks, { numRuns: 1, seed: 5 })[0]!, {}), { groupWaitMs: 15_000, groupIntervalMs: 60_000, lagMs: 0 })
  const [fresh, older] = [legalWindows({ ...base, freshGroup: true }), legalWindows({ ...base, freshGroup: false })]
  assert.equal(older.notified.earliestMs, fresh.notified.earliestMs - 15_000)
  assert.equal(older.notified.latestMs, fresh.notified.latestMs + 45_000)
})

test('a share whose total is unknown beforehand may be true at once', () => {
  const simulated = world(fc.sample(clocks, { numRuns: 1, seed: 5 })[0]!, {
    kind: 'ratio',
    threshold: 0.01,
    level: 0.02,
    baseline: 0,
    windowMs: 300_000,
    scrapeMs: 15_000,
  })
  assert.ok(legalWindows(course(simulated, { windowMs: 300_000 })).pending.earliestMs <= 0)
  assert.ok(legalWindows(course(simulated, { windowMs: 300_000, pauseMs: 0 })).pending.earliestMs > 100_000)
})

test('`for` is rounded up to the evaluation grid', () => {
  assert.deepEqual(
    [0, 1, 15_000, 15_001].map((ms) => roundedUp(ms, 15_000)),
    [0, 15_000, 15_000, 30_000],
  )
})

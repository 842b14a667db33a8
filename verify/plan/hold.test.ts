import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FiredrillError } from '../model/error.ts'
import { checkLevel, fireHold, quietByLevel, quietByTime } from './hold.ts'
import { simulate } from '../../testing/virtual/virtual-alert.ts'
import type { World } from '../../testing/virtual/virtual-alert.ts'
import { legalWindows } from './windows.ts'
import type { Course } from './windows.ts'

const gauge: Course = {
  kind: 'gauge',
  threshold: 0.8,
  level: { most: 0.9, least: 0.9 },
  hung: false,
  countedAfterMs: 0,
  beginLagMs: 0,
  endLagMs: 0,
  forMs: 300_000,
  keepFiringForMs: 0,
  scrapeIntervalMs: 15_000,
  scrapeTimeoutMs: 10_000,
  evaluationIntervalMs: 15_000,
  groupWaitMs: 15_000,
  groupIntervalMs: 60_000,
  freshGroup: true,
  lagMs: 2_000,
}
const up: Course = { ...gauge, kind: 'up', threshold: 0, level: { most: 0, least: 0 }, forMs: 60_000 }
const rate: Course = {
  ...gauge,
  kind: 'rate',
  threshold: 10,
  level: { most: 60, least: 60 },
  baseline: { least: 0, most: 6 },
  windowMs: 300_000,
}

const refused: { story: string; hold: () => unknown; names: RegExp }[] = [
  { story: 'a short burst as near miss of a rate', hold: () => quietByTime('x', rate, 500), names: /kind: level/ },
  { story: 'a level as near miss of up', hold: () => quietByLevel('x', up), names: /kind: short/ },
  { story: 'a short hold where one failed scrape is enough', hold: () => quietByTime('x', { ...up, forMs: 0 }, 500), names: /lower speed/ },
  {
    story: 'a short hold that recovery makes long',
    hold: () => quietByTime('x', { ...up, forMs: 30_000 }, 20_000),
    names: /recovers-within/,
  },
  { story: 'a given short hold that may fire', hold: () => quietByTime('x', up, 500, 60_000), names: /at most 44s400ms/ },
  {
    story: 'a given quiet hold at a level that is over before it could have fired',
    hold: () => quietByLevel('x', rate, 300_000),
    names: /at least 10m45s/,
  },
  {
    story: 'a given fire hold that may end before the alert must fire',
    hold: () => fireHold('x', legalWindows(up), 60_000),
    names: /at least/,
  },
  { story: 'a quiet level just below the threshold of a rate', hold: () => checkLevel('x', 'quiet', rate, [9.9]), names: /at most 8/ },
  { story: 'a quiet level above the threshold', hold: () => checkLevel('x', 'quiet', rate, [11]), names: /at most 8/ },
  { story: 'a fire level just above the threshold of a rate', hold: () => checkLevel('x', 'fire', rate, [10.5]), names: /at least 12/ },
  {
    story: 'a fire level that dilution brings down to the threshold',
    hold: () => checkLevel('x', 'fire', rate, [10, 60]),
    names: /at least 12/,
  },
  { story: 'a fire level at the threshold of a gauge', hold: () => checkLevel('x', 'fire', gauge, [0.81]), names: /at least 0.84/ },
  {
    story: 'a fire level on the quiet side of a falling condition',
    hold: () => checkLevel('x', 'fire', { ...rate, level: { most: 5, least: 5 } }, [9.9]),
    names: /at most 8/,
  },
]
for (const { story, hold, names } of refused) {
  test(`refuses ${story}, and names what would do`, () => {
    assert.throws(
      hold,
      (error) =>
        (error instanceof FiredrillError && error.code === 'GREY_ZONE' && error.exitCode === 2 && names.test(error.next ?? '')) ||
        assert.fail(String(error) + ((error as FiredrillError).next ?? '')),
    )
  })
}

const accepted: { story: string; hold: () => unknown }[] = [
  {
    story: 'levels well on their sides',
    hold: () => {
      checkLevel('x', 'fire', rate, [60])
      checkLevel('x', 'quiet', rate, [6])
    },
  },
  { story: 'levels of up, which has none', hold: () => checkLevel('x', 'fire', up, [0]) },
  {
    story: 'a falling condition with both legs on their sides',
    hold: () => {
      const falling = { ...rate, level: { most: 2, least: 2 } }
      checkLevel('x', 'fire', falling, [2])
      checkLevel('x', 'quiet', falling, [20])
    },
  },
  { story: 'a given hold on the safe side', hold: () => [quietByTime('x', up, 500, 10_000), quietByLevel('x', rate, 700_000)] },
]
for (const { story, hold } of accepted) test(`accepts ${story}`, () => assert.doesNotThrow(hold))

function world(course: Course, phases: { scrape: number; evaluation: number; takes: number }): World {
  return {
    kind: course.kind,
    threshold: course.threshold,
    level: course.level.most,
    baseline: course.kind === 'up' ? 1 : 0,
    total: 20,
    others: { rate: 0, fromMs: 0, toMs: 0 },
    loadGoesOn: true,
    newBorn: false,
    pauseMs: 0,
    windowMs: 0,
    leftOpen: false,
    hung: course.hung,
    countedAfterMs: 0,
    forMs: course.forMs,
    keepFiringForMs: 0,
    scrapeMs: course.scrapeIntervalMs,
    scrapePhaseMs: phases.scrape % course.scrapeIntervalMs,
    timeoutMs: course.scrapeTimeoutMs,
    scrapeTakesMs: (n) => (n % 2) * phases.takes,
    evaluationMs: course.evaluationIntervalMs,
    evaluationPhaseMs: phases.evaluation % course.evaluationIntervalMs,
    evaluationLagMs: () => 0,
    postLagMs: 0,
    groupWaitMs: 0,
    groupIntervalMs: 60_000,
    olderGroupFlushMs: null,
  }
}

test('a cause that is over within mustEndWithinMs never fires, whatever the phases', () => {
  const shape = fc.record({
    forMs: fc.constantFrom(2_000, 4_000, 20_000, 30_000, 60_000),
    scrapeMs: fc.constantFrom(1_000, 5_000, 15_000),
    evaluationMs: fc.constantFrom(1_000, 15_000),
    hung: fc.boolean(),
    scrape: fc.integer({ min: 0, max: 14_999 }),
    evaluation: fc.integer({ min: 0, max: 14_999 }),
    takes: fc.integer({ min: 0, max: 90 }),
  })
  let tried = 0
  fc.assert(
    fc.property(shape, ({ forMs, scrapeMs, evaluationMs, hung, ...phases }) => {
      const course = {
        ...up,
        forMs,
        scrapeIntervalMs: scrapeMs,
        evaluationIntervalMs: evaluationMs,
        scrapeTimeoutMs: Math.min(scrapeMs, 10_000),
        hung,
      }
      let hold
      try {
        hold = quietByTime('x', course, 100)
      } catch {
        return
      }
      tried += 1
      // The simulation's cause ends at its second argument after the notification; a short one is made by ending it by hand.
      const outcome = simulate({ ...world(course, phases), endsMs: hold.mustEndWithinMs }, 0)
      assert.equal(outcome.firingMs, undefined)
    }),
    { numRuns: 400 },
  )
  assert.ok(tried > 100, `only ${tried} holds were tried`)
})

test('a fire leg lasts beyond the last legal notification', () => {
  const windows = legalWindows(rate)
  assert.ok(fireHold('x', windows).holdMs > windows.notified.latestMs)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { GAUGE, simulate } from '../../testing/virtual/virtual-alert.ts'
import type { World } from '../../testing/virtual/virtual-alert.ts'

/**
 * Would a drill be shorter if a fault waited for a scrape or an evaluation whose instant was learned from the running system? No (README.md
 * beside
 * this file): the wait is paid in full, and what it is paid for is never more. Every kind of rule, every phase, every instant to wait for.
 */
const seconds = (...values: number[]): fc.Arbitrary<number> => fc.constantFrom(...values).map((value) => value * 1_000)
const clocks = fc.record({
  scrapeMs: seconds(1, 5, 15),
  evaluationMs: seconds(1, 5, 15),
  scrapePhase: fc.double({ min: 0, max: 0.999, noNaN: true }),
  evaluationPhase: fc.double({ min: 0, max: 0.999, noNaN: true }),
  forMs: seconds(0, 2, 20, 60),
  groupWaitMs: seconds(0, 1, 15),
  windowMs: seconds(60, 300),
  waitsFor: fc.constantFrom('scrape', 'evaluation'),
  off: fc.constantFrom(-1, 1),
})
type Clocks = typeof clocks extends fc.Arbitrary<infer T> ? T : never

const KINDS: Record<string, Partial<World>> = {
  up: { kind: 'up', level: 0, baseline: 1, threshold: 0 },
  'up, hung': { kind: 'up', level: 0, baseline: 1, threshold: 0, hung: true },
  gauge: { kind: 'gauge', level: 0.9, baseline: 0.1, threshold: 0.8 },
  rate: { kind: 'rate', level: 2, baseline: 0, threshold: 1 },
  'rate of a series born by its first event': { kind: 'rate', level: 2, baseline: 0, threshold: 1, newBorn: true },
  ratio: { kind: 'ratio', level: 0.03, baseline: 0.005, threshold: 0.01 },
  quantile: { kind: 'quantile', level: 0.2, baseline: 0.01, threshold: 0.05 },
}

/** The world in which the fault begins at 0, where the phases are counted from. */
function world(
  { scrapeMs, evaluationMs, forMs, groupWaitMs, windowMs }: Clocks,
  scrapePhaseMs: number,
  evaluationPhaseMs: number,
  rest: Partial<World>,
): World {
  return {
    ...GAUGE,
    windowMs,
    forMs,
    scrapeMs,
    scrapePhaseMs,
    timeoutMs: Math.min(scrapeMs, 10_000),
    scrapeTakesMs: () => 50,
    evaluationMs,
    evaluationPhaseMs,
    evaluationLagMs: () => 10,
    postLagMs: 100,
    groupWaitMs,
    groupIntervalMs: 60_000,
    olderGroupFlushMs: null,
    ...rest,
  }
}

const modulo = (value: number, by: number): number => ((value % by) + by) % by

for (const [name, kind] of Object.entries(KINDS)) {
  test(`${name}: a fault that waits for a learned instant is never noticed earlier, wait included`, () => {
    fc.assert(
      fc.property(clocks, (clock) => {
        const scrapePhaseMs = Math.floor(clock.scrapePhase * clock.scrapeMs)
        const evaluationPhaseMs = Math.floor(clock.evaluationPhase * clock.evaluationMs)
        const next =
          clock.waitsFor === 'scrape'
            ? modulo(scrapePhaseMs + clock.off, clock.scrapeMs)
            : modulo(evaluationPhaseMs + clock.off, clock.evaluationMs)
        const atOnce = simulate(world(clock, scrapePhaseMs, evaluationPhaseMs, kind), 0)
        const waited = simulate(
          world(clock, modulo(scrapePhaseMs - next, clock.scrapeMs), modulo(evaluationPhaseMs - next, clock.evaluationMs), kind),
          0,
        )
        for (const what of ['pendingMs', 'firingMs', 'notifiedMs'] as const) {
          const [before, after] = [atOnce[what], waited[what]]
          assert.ok(before !== undefined && after !== undefined, what)
          assert.ok(next + after >= before, `${what}: at once ${before}, after a wait of ${next} at ${next + after}`)
        }
      }),
      { numRuns: 300 },
    )
  })
}

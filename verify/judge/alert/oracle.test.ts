import { test } from 'node:test'
import assert from 'node:assert/strict'
import { deterministic, replay, step } from './oracle.ts'
import type { AlertState, Instant, Observation } from './oracle.ts'

const TIMING = { forMs: 3_000, keepFiringForMs: 0 }
const instants = (pattern: string, from = 1_000): Instant[] =>
  [...pattern].map((mark, index) => ({ atMs: from + index * 1_000, holds: mark === '#' }))
/** 'p' pending, 'f' firing, '.' nothing; activeAt is the first of a stretch. */
const observed = (pattern: string, from = 1_000): ((atMs: number) => Observation | undefined) => {
  const samples = new Map<number, Observation>()
  let activeAtS = NaN
  ;[...pattern].forEach((mark, index) => {
    if (mark === '.') {
      activeAtS = NaN
      return
    }
    if (Number.isNaN(activeAtS)) activeAtS = from / 1_000 + index
    samples.set(from + index * 1_000, { state: mark === 'p' ? 'pending' : 'firing', activeAtS })
  })
  return (atMs) => samples.get(atMs)
}

test('`for` is reached at the evaluation that is exactly that old, and rounded up to the grid otherwise', () => {
  assert.deepEqual(deterministic(instants('..#####..'), TIMING), [{ activeAtMs: 3_000, startsAtMs: 6_000, endsAtMs: 8_000 }])
  assert.deepEqual(deterministic(instants('..#####..'), { forMs: 2_500, keepFiringForMs: 0 }), [
    { activeAtMs: 3_000, startsAtMs: 6_000, endsAtMs: 8_000 },
  ])
  assert.deepEqual(deterministic(instants('..#..'), { forMs: 0, keepFiringForMs: 0 }), [
    { activeAtMs: 3_000, startsAtMs: 3_000, endsAtMs: 4_000 },
  ])
})

test('one evaluation without the condition starts `for` anew', () => {
  assert.deepEqual(deterministic(instants('.###.####.'), TIMING), [
    { activeAtMs: 2_000, startsAtMs: null, endsAtMs: 5_000 },
    { activeAtMs: 6_000, startsAtMs: 9_000, endsAtMs: 10_000 },
  ])
})

test('keep_firing_for counts from the first evaluation without the condition, and again after it came back', () => {
  const timing = { forMs: 0, keepFiringForMs: 2_000 }
  assert.deepEqual(deterministic(instants('.#....'), timing), [{ activeAtMs: 2_000, startsAtMs: 2_000, endsAtMs: 5_000 }])
  assert.deepEqual(deterministic(instants('.#.#....'), timing), [{ activeAtMs: 2_000, startsAtMs: 2_000, endsAtMs: 7_000 }])
  // It keeps only what fires: pending ends at once.
  assert.deepEqual(step({ kind: 'pending', activeAtMs: 1 }, false, 2, timing), { kind: 'inactive' } satisfies AlertState)
})

test('equal samples leave no mismatch; each kind of difference leaves one', () => {
  assert.equal(replay(instants('..#####..'), TIMING, observed('..pppff..')).mismatch, null)
  assert.deepEqual(replay(instants('..#####..'), TIMING, observed('..ppppf..')).mismatch?.atMs, 6_000)
  assert.deepEqual(replay(instants('..#####..'), TIMING, observed('..pppff.f')).mismatch?.observed.slice(0, 6), 'firing')
  assert.deepEqual(replay(instants('..#####..'), TIMING, observed('.........')).mismatch?.expected.slice(0, 7), 'pending')
  assert.deepEqual(replay(instants('.........'), TIMING, observed('..p......')).mismatch?.expected, 'nothing')
})

test('a scrape in flight may move an edge by one evaluation, and only there', () => {
  const late = instants('..#####..').map((instant) => (instant.atMs === 3_000 ? { ...instant, either: false } : instant))
  assert.deepEqual(replay(late, TIMING, observed('...pppf..')).accepted, [{ activeAtMs: 4_000, startsAtMs: 7_000, endsAtMs: 8_000 }])
  assert.deepEqual(replay(late, TIMING, observed('...pppf..')).ambiguities, [3_000])
  assert.equal(replay(late, TIMING, observed('..pppff..')).ambiguities.length, 0)
  assert.equal(replay(late, TIMING, observed('....ppp..')).mismatch?.atMs, 4_000)
})

test('a counted missed evaluation is replayed as missed, no more often than counted', () => {
  const missed = instants('..######..').map((instant) =>
    instant.atMs >= 4_000 && instant.atMs <= 5_000 ? { ...instant, skippable: 'counted' as const } : instant,
  )
  const seen = (atMs: number): Observation | undefined => (atMs === 4_000 || atMs === 5_000 ? undefined : observed('..ppppff..')(atMs))
  assert.equal(replay(missed, { forMs: 4_000, keepFiringForMs: 0 }, seen, 2).mismatch, null)
  assert.notEqual(replay(missed, { forMs: 4_000, keepFiringForMs: 0 }, seen, 1).mismatch, null)
})

test('what was active before the recording began is not judged', () => {
  assert.equal(replay(instants('###..###'), { forMs: 0, keepFiringForMs: 0 }, observed('pff..fff')).mismatch, null)
})

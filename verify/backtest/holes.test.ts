import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holesOf, partsBetween } from './holes.ts'

const T = 1_795_700_000_000
const GRID = { startMs: T, endMs: T + 3_600_000, stepMs: 15_000 }
const every = (from: number, to: number): number[] =>
  Array.from({ length: Math.floor((to - from) / 15_000) + 1 }, (_, index) => from + index * 15_000)

test('a server that was always there has no hole', () => {
  const timesMs = every(T, GRID.endMs)
  assert.deepEqual(holesOf({ timesMs, values: timesMs.map(() => 1) }, T, GRID.endMs), [])
  assert.deepEqual(partsBetween([], GRID), [{ fromMs: T, toMs: GRID.endMs }])
})

test('a gap without a restart, a restart with a gap, and one between two scrapes', () => {
  const [early, late] = [every(T, T + 600_000), every(T + 900_000, GRID.endMs)]
  const gap = holesOf({ timesMs: [...early, ...late], values: [...early, ...late].map(() => 1) }, T, GRID.endMs)
  assert.deepEqual(gap, [{ fromMs: T + 600_000, toMs: T + 900_000, restart: false }])
  const restart = holesOf({ timesMs: [...early, ...late], values: [...early.map(() => 1), ...late.map(() => 2)] }, T, GRID.endMs)
  assert.deepEqual(restart, [{ fromMs: T + 600_000, toMs: T + 900_000, restart: true }])
  assert.deepEqual(partsBetween(restart, GRID), [
    { fromMs: T, toMs: T + 600_000 },
    { fromMs: T + 900_000 + 45_000, toMs: GRID.endMs },
  ])
  const all = every(T, GRID.endMs)
  const quick = holesOf({ timesMs: all, values: all.map((t) => (t < T + 600_000 ? 1 : 2)) }, T, GRID.endMs)
  assert.deepEqual(quick, [{ fromMs: T + 585_000, toMs: T + 600_000, restart: true }])
})

test('before the first and after the last scrape nothing is known, and without any nothing at all', () => {
  const some = every(T + 600_000, T + 1_200_000)
  assert.deepEqual(holesOf({ timesMs: some, values: some.map(() => 1) }, T, GRID.endMs), [
    { fromMs: T, toMs: T + 600_000, restart: false },
    { fromMs: T + 1_200_000, toMs: GRID.endMs, restart: false },
  ])
  const nothing = holesOf({ timesMs: [], values: [] }, T, GRID.endMs)
  assert.deepEqual(partsBetween(nothing, { ...GRID, startMs: T + 5_000 }), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JournalEntry, LoadSlice } from '../../model/journal.ts'
import { everySliceOf, packed, slicesOf } from './load-seconds.ts'

type Load = Extract<JournalEntry, { kind: 'load' }>

const second = (fromMs: number, service: string, more: Partial<LoadSlice> = {}): LoadSlice => ({
  fromMs,
  service,
  statuses: { 0: 1, 200: 7 },
  latency: { 1: 3, 1.1: 2, 23.58: 2 },
  ...more,
})
const load = (slices: unknown): Load =>
  ({
    seq: 1,
    atMs: 9_000,
    kind: 'load',
    experiment: 'x',
    leg: 'fire',
    phase: 'end',
    scenario: 's',
    params: {},
    summary: { statuses: { 0: 2, 200: 70_000 }, slices },
  }) as never

const SLICES = [second(5_000, 'shop'), second(5_000, 'stock', { statuses: {} }), second(6_000, 'shop'), second(70_000, 'shop')]

test('what is unpacked is what was packed', () => {
  assert.deepEqual(packed(load(SLICES)).summary?.slices, SLICES)
  assert.deepEqual({ ...packed(load(SLICES)).summary }, load(SLICES).summary)
})

test('a count of any size that fits comes back', () => {
  const counts = [0, 1, 127, 128, 129, 255, 256, 16_383, 16_384, 32_768, 65_535]
  const slices = counts.map((count, index) => second(5_000 + index * 1_000, 'shop', { statuses: { 200: count } }))
  assert.deepEqual(packed(load(slices)).summary?.slices, slices)
})

test('the seconds of one service, or of all, that reach into a time', () => {
  for (const one of [packed(load(SLICES)), load(SLICES)]) {
    assert.deepEqual(slicesOf(one, 'shop', 5_999, 6_001), [SLICES[0], SLICES[2]])
    assert.deepEqual(everySliceOf(one, 0, 5_001), [SLICES[0], SLICES[1]])
    assert.deepEqual(slicesOf(one, 'shop', 80_000, 90_000), [])
    assert.deepEqual(slicesOf(one, 'other', 0, 90_000), [])
    assert.deepEqual(slicesOf(one, undefined, 0, 90_000), [])
  }
})

test('what does not fit is kept as it is', () => {
  for (const slices of [
    [second(5_000, 'shop', { statuses: { 200: 70_000 } })],
    [second(5_000, 'shop', { statuses: { 200: 0.5 } })],
    [second(5_000, 'shop'), second(5_001, 'shop')],
    [second(5_000, 'shop'), second(5_000 + 70_000_000, 'shop')],
    [second(5_000, 'shop', { latency: null as never })],
    [{}],
    7,
  ])
    assert.equal(packed(load(slices)).summary?.slices, slices)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ascending, PackedSamples, Unpacked } from './packed-samples.ts'

const packed = (samples: readonly (readonly [number, number])[]): PackedSamples => {
  const all = new PackedSamples()
  for (const [timeMs, value] of samples) all.add(timeMs, value)
  return all
}

test('samples come back as they were added, by time and each time once', () => {
  const time = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1_350_000_000_000, max: 1_900_000_000_000 }))
  const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, -0, NaN, Infinity, -Infinity))
  fc.assert(
    fc.property(fc.array(fc.tuple(time, value), { maxLength: 60 }), (samples) => {
      const [timesMs, values] = [samples.map(([at]) => at), samples.map(([, each]) => each)]
      assert.deepEqual(packed(samples).unpack(), ascending({ timesMs, values }))
      assert.deepEqual(packed(samples).closed().unpack(), ascending({ timesMs, values }))
    }),
  )
})

test('a time that is none is refused, and nothing of it is kept', () => {
  const all = packed([[1_000, 1]])
  for (const timeMs of [NaN, Infinity, 1e300, 0.5]) assert.throws(() => all.add(timeMs, 2), TypeError)
  all.add(2_000, 3)
  assert.deepEqual(all.unpack(), { timesMs: [1_000, 2_000], values: [1, 3] })
})

test('of overlapping answers the later one wins', () => {
  assert.deepEqual(ascending({ timesMs: [1, 3, 2, 3], values: [10, 30, 20, 31] }), { timesMs: [1, 2, 3], values: [10, 20, 31] })
})

test('what is unpacked is kept for the next question, and made again once too much else was asked for', () => {
  let made = 0
  const one = new Unpacked(350_000, () => ++made)
  assert.deepEqual([one.get(), one.get()], [1, 1])
  new Unpacked(100_000, () => 0).get()
  assert.equal(one.get(), 1)
  new Unpacked(350_000, () => 0).get()
  assert.equal(one.get(), 2)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteReader, isWhole, LONGEST, shelved, withoutSign, withSign, writeWhole } from './whole-numbers.ts'

const WHOLE = fc.oneof(
  fc.integer({ min: -300, max: 300 }),
  fc.maxSafeInteger().filter(isWhole),
  fc.constantFrom(2 ** 50, -(2 ** 50), 127, 128, 16_383, 16_384),
)

test('distances of whole numbers come back, each in LONGEST bytes at most', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(WHOLE, WHOLE)), (pairs) => {
      const bytes: number[] = []
      for (const [from, to] of pairs) {
        const end = writeWhole(bytes, bytes.length, withoutSign(to - from))
        assert.equal(end, bytes.length)
      }
      assert.ok(bytes.length <= LONGEST * pairs.length)
      const read = new ByteReader(shelved(bytes))
      for (const [from, to] of pairs) assert.equal(from + withSign(read.whole()), to)
      assert.ok(read.isOver)
    }),
  )
})

test('what would come back as another number is none', () => {
  for (const value of [0, 1, -1, 2 ** 50]) assert.ok(isWhole(value))
  for (const value of [-0, 0.5, NaN, Infinity, 2 ** 50 + 1, -(2 ** 51)]) assert.ok(!isWhole(value))
})

test('what shares a buffer keeps its own bytes', () => {
  const kept = Array.from({ length: 500 }, (_, index) => shelved(new Array(index).fill(index % 256)))
  kept.forEach((bytes, index) => assert.deepEqual([...bytes], new Array(index).fill(index % 256)))
  // 125 kB on shelves of 64: two shelves and the rest of one that other tests have begun.
  const shelves = new Set(kept.map(({ buffer }) => buffer)).size
  assert.ok(shelves <= 4, `${shelves} buffers`)
  const large = shelved(new Uint8Array(100_000).fill(7))
  assert.ok(large.every((byte) => byte === 7))
})

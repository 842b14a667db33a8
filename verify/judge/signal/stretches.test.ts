import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Stretches } from './stretches.ts'

const ms = fc.integer({ min: 0, max: 30 })
const stretches = fc.array(fc.tuple(ms, fc.oneof(ms, fc.constantFrom(Infinity, Number.NaN))), { maxLength: 8 })

test('a search answers what a walk over all of them answers', () => {
  fc.assert(
    fc.property(stretches, ms, ms, (all, from, length) => {
      const joined = new Stretches(all)
      assert.equal(
        joined.holds(from),
        all.some(([begin, end]) => from >= begin && from < end),
      )
      assert.equal(
        joined.meets(from, from + length),
        all.some(([begin, end]) => begin <= end && from + length >= begin && from <= end),
      )
    }),
    { numRuns: 500 },
  )
})

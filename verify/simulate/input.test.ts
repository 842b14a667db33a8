import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { counter, notation, seriesName, split, spread, type Sample } from './input.ts'

/** promtool's notation, read back. */
function expand(text: string): Sample[] {
  return text.split(' ').flatMap((part): Sample[] => {
    const gap = /^_x(\d+)$/.exec(part)
    if (gap !== null) return Array.from({ length: Number(gap[1]) }, () => null)
    if (part === 'stale') return ['stale']
    const runs = /^(-?[\d.e+]+?)([+-])([\d.e]+)x(\d+)$/.exec(part)
    if (runs === null) return [Number(part)]
    const delta = Number(runs[3]) * (runs[2] === '-' ? -1 : 1)
    return Array.from({ length: Number(runs[4]) + 1 }, (_, i) => Number(runs[1]) + i * delta)
  })
}

test('the notation says every sample', () => {
  const sample = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constant(null), fc.constant('stale' as const))
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 40 }), (values) => {
      assert.deepEqual(expand(notation(values)), values)
    }),
    { seed: 1 },
  )
})

test('spread puts exactly the total in every window', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 1, max: 40 }), (total, steps) => {
      const events = spread(total, steps, 3 * steps)
      for (let from = 0; from + steps <= events.length; from++)
        assert.equal(
          events.slice(from, from + steps).reduce((a, b) => a + b, 0),
          total,
        )
    }),
    { seed: 2 },
  )
})

test('split loses nothing; counters add up; label values are quoted', () => {
  assert.deepEqual(split(10, 3), [3, 3, 4])
  assert.deepEqual(counter([1, 0, 2], 5), [6, 6, 8])
  assert.equal(seriesName('m', { a: 'x"y' }), 'm{a="x\\"y"}')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Sample } from '../model/journal.ts'
import { packSeries, unpackSeries } from './packed-series.ts'

test('any samples come back as they were', () => {
  const value = fc.oneof(fc.constantFrom('0', '1', 'NaN', '+Inf', '-Inf', '1.5e-07'), fc.double().map(String))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4_000_000_000_000 }), value), { maxLength: 50 }), (rows) => {
      const values = rows.map(([atMs, text]): Sample => [atMs / 1_000, text])
      assert.deepEqual(unpackSeries(packSeries({ metric: { job: 'a' }, values })), { metric: { job: 'a' }, values })
    }),
  )
})

test('a counter at rest, scraped at its interval, takes a few characters', () => {
  const values = Array.from({ length: 60 }, (_, second): Sample => [1_764_000_000.25 + second, '12'])
  assert.deepEqual(packSeries({ metric: {}, values }), { metric: {}, times: '1764000000250 1000*59', values: '12*60' })
})

test('of a damaged text the samples up to the damage are read, and no text fills the memory', () => {
  const read = (times: string, values: string): number => unpackSeries({ metric: {}, times, values }).values.length
  assert.equal(read('1000 1000*2', '1*2 2'), 3)
  assert.equal(read('1000 1000*2', '1*2'), 2)
  assert.equal(read('1000 what 1000', '1*9'), 1)
  assert.equal(read('1000 1000*-5', '1*9'), 1)
  assert.equal(read('1000 0*1000000000000', '1*1000000000000'), 0)
})

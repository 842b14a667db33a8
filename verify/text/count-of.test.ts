import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countOf } from './count-of.ts'

test('one of a kind is singular, none and more are plural', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => countOf(count, 'span')),
    ['0 spans', '1 span', '2 spans'],
  )
  assert.equal(countOf(2, 'query', 'queries'), '2 queries')
})

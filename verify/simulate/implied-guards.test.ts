import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from '../promql/parse-promql.ts'
import { partsThatCount } from './implied-guards.ts'

const partsOf = (text: string): string[] => {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok)
  return partsThatCount(text, parsed.expr)
}

test('a part that another one implies does not count', () => {
  assert.deepEqual(partsOf('x > 30 and x > 10'), ['x > 30'])
  assert.deepEqual(partsOf('x > 10 and on (job) x > 30 and y == 0'), ['x > 30', 'y == 0'])
  assert.deepEqual(partsOf('x > 5 and x != 0'), ['x > 5'])
  assert.deepEqual(partsOf('x == 7 and x >= 7 and x >= 7'), ['x == 7'])
})

test('parts of other values, of another side or behind unless count', () => {
  assert.deepEqual(partsOf('x > 30 and y > 10'), ['x > 30', 'y > 10'])
  assert.deepEqual(partsOf('x > 30 and x < 40'), ['x > 30', 'x < 40'])
  assert.deepEqual(partsOf('x > 30 and x != 35'), ['x > 30', 'x != 35'])
  assert.deepEqual(partsOf('x > 30 unless x > 10'), ['x > 30 unless x > 10'])
})

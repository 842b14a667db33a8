import assert from 'node:assert/strict'
import { test } from 'node:test'
import { otherHalf } from './other-half.ts'

const of = (expr: string, has: Record<string, boolean | undefined>): string[] => [...otherHalf(expr, (selector) => has[selector])].sort()

test('the operand of an or of which the subject has no series is another service; nested and under a comparison as well', () => {
  const has = { a_total: true, b_total: false, c_total: false }
  assert.deepEqual(of('rate(a_total[5m]) > 1 or rate(b_total[5m]) > 1', has), ['b_total'])
  assert.deepEqual(of('(rate(b_total[5m]) or rate(a_total[5m])) > 1', has), ['b_total'])
  assert.deepEqual(of('rate(a_total[5m]) > 1 or rate(b_total[5m]) / rate(c_total[5m]) > 1', has), ['b_total', 'c_total'])
  assert.deepEqual(of('rate(b_total[5m]) > 1 or rate(c_total[5m]) > 1 or rate(a_total[5m]) > 1', has), ['b_total', 'c_total'])
})

test('what the subject lacks within its own operand stays: it is why the condition has no value', () => {
  assert.deepEqual(
    of('rate(b_total[5m]) / rate(a_total[5m]) > 1 or rate(c_total[5m]) > 1', { a_total: true, b_total: false, c_total: false }),
    ['c_total'],
  )
  assert.deepEqual(of('rate(b_total[5m]) / rate(a_total[5m]) > 1', { a_total: true, b_total: false }), [])
})

test('nothing is left out where no operand has series, where it is not known, or where one selector stands in both', () => {
  assert.deepEqual(of('a_total > 1 or b_total > 1', { a_total: false, b_total: false }), [])
  assert.deepEqual(of('a_total > 1 or b_total > 1', { a_total: true, b_total: undefined }), [])
  assert.deepEqual(of('a_total > 1 or b_total > a_total', { a_total: true, b_total: false }), [])
  assert.deepEqual(of('a_total / c_total > 1 or b_total / c_total > 1', { a_total: true, b_total: false, c_total: false }), ['b_total'])
  assert.deepEqual(of('a_total >', { a_total: true }), [])
})

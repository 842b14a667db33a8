import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from '../promql/parse-promql.ts'
import { clockOf, type Clock } from './clock-times.ts'

const clock = (text: string): Clock | undefined => {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok)
  return clockOf({ expr: parsed.expr, series: [], readings: new Map(), stepS: 60, nowS: 0, random: () => 0 })
}

test('a condition without a clock has none, and hour() of a series is none of the evaluation', () => {
  assert.equal(clock('x > 5 and time() - y > 60'), undefined)
  assert.equal(clock('hour(x) > 5'), undefined)
})

test('the times that a condition tells apart, each where it lasts the longest', () => {
  const found = clock('x > 5 and on () hour() > 8')
  assert.equal(found?.spanS, 86_400)
  assert.deepEqual(found.instants, [0, 9 * 3_600])
  assert.equal(found.signatureAt(9 * 3_600), found.signatureAt(33 * 3_600))
  assert.notEqual(found.signatureAt(9 * 3_600), found.signatureAt(9 * 3_600 - 1))
})

test('of several functions the longest span', () => {
  // The first day of 1970 was a Thursday.
  const found = clock('x > 5 and on () day_of_week() == 0 and on () hour() < 6')
  assert.equal(found?.spanS, 7 * 86_400)
  assert.equal(found.instants.length, 4)
  assert.equal(clock('x > 5 and on () (time() % 3600 < 600)')?.spanS, 3_600)
})

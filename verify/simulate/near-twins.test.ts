import assert from 'node:assert/strict'
import { test } from 'node:test'
import { windowMs, nearTwins, shortestRangeMs } from './near-twins.ts'
import { parsePromql } from '../promql/parse-promql.ts'

const twinsOf = (text: string, isMet = true): string[] => nearTwins(text, () => isMet).map(({ expr }) => expr)

test('each word of an expression has a twin with another one in its place', () => {
  assert.deepEqual(twinsOf('max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.8 unless b == 0'), [
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.8 and b == 0',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) < 0.8 unless b == 0',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) >= 0.8 unless b == 0',
    'min_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.8 unless b == 0',
    'max_over_time(a{job="x", mode!~"b|c"}[10m]) > 0.8 unless b == 0',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.88 unless b == 0',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.72 unless b == 0',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.8 unless b != 0',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.8 unless b == 1',
    'max_over_time(a{job="x", mode!~"b|c"}[5m]) > 0.8 unless b == -1',
    'max_over_time(a{ mode!~"b|c"}[5m]) > 0.8 unless b == 0',
    'max_over_time(a{job="x"}[5m]) > 0.8 unless b == 0',
  ])
})

test('a threshold that is met nowhere has no twin that differs there alone', () => {
  assert.ok(twinsOf('a > 5').includes('a >= 5'))
  assert.ok(!twinsOf('a > 5', false).includes('a >= 5'))
})

test('what says the same has no twin: a sum and a mean that are compared with 0, the other constant of or vector(0)', () => {
  assert.deepEqual(
    twinsOf('sum(a) > 0', false).filter((each) => each.startsWith('avg')),
    [],
  )
  assert.ok(twinsOf('sum(a) > 1', false).includes('avg(a) > 1'))
  assert.ok(!twinsOf('count(a) or vector(0) < 1').some((each) => /vector\((?:1|-1)\)/.test(each)))
})

test('a matcher of both sides of a join is left out of both', () => {
  const found = twinsOf('a{job="x", b!=""} > c{job="x"}')
  assert.ok(found.includes('a{ b!=""} > c{}'))
  assert.ok(!found.includes('a{ b!=""} > c{job="x"}'))
})

test('windows: offsets and subqueries add up', () => {
  const parsed = parsePromql('max_over_time(rate(a[5m])[1h:1m]) > 2 * rate(a[10m] offset 1d)')
  assert.ok(parsed.ok)
  assert.equal(windowMs(parsed.expr), 86_400_000 + 600_000)
  assert.equal(shortestRangeMs(parsed.expr), 300_000)
})

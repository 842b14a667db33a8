import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareExpressions } from './text-difference.ts'

const SAME: [string, string][] = [
  ['up == 0', 'up==0'],
  ['sum by (job) (rate(x{a="1"}[300s])) > 0.50', "sum BY(job)(rate(x{a='1',}[5m])) > .5 # half"],
  ['rate(x[1h30m]) > 1000', 'rate(x[90m]) > 1e3'],
  [`x{b="2",a!~'1'} > 1 and y{}`, `x{a!~"1", b='2',} > 1 and y{}`],
]
const VALUES: [string, string, string][] = [
  ['up == 0', 'up != 0', '!= instead of =='],
  ['x > 0.5', 'x > 0.505', '0.505 instead of 0.5'],
  ['x > 0.5', 'x >= 0.5', '>= instead of >'],
  ['rate(x[5m]) > 1', 'rate(x[2m]) > 1', '2m instead of 5m'],
  ['a > 1 or b > 1', 'a > 1 or b > 2', '2 instead of 1'],
  ['x{b="2",a="1"} > 1', 'x{a="1",b="2"} > 2', '2 instead of 1'],
]
const SPELLING: [string, string][] = [
  ['x > 0.5', '0.5 < x'],
  ['x{code=~"5.."} > 1', 'x{code=~"5[0-9]{2}"} > 1'],
  ['x{a="1"} > 1', 'x{a!="1"} > 1'],
  ['x > 5 / 100', 'x > 0.05'],
  ['sum by (job) (x) > 1', 'sum(x) by (job) > 1'],
  ['x1 > 1', 'x2 > 1'],
  ['x{a="1",b="2"} > 1', 'x{a="2",b="1"} > 1'],
  ['x{a="1"} > 1', 'x{a="1" > 1'],
  ['x > 1', ''],
]

test('the same in another spelling of white space, numbers, durations and quotes is the same', () => {
  for (const [a, b] of SAME) assert.deepEqual(compareExpressions(a, b), { kind: 'same' }, `${a} | ${b}`)
})

test('another number, duration or comparison in the same words is another rule', () => {
  for (const [a, b, difference] of VALUES)
    assert.deepEqual(compareExpressions(a, b), { kind: 'values', differences: [difference] }, `${a} | ${b}`)
})

test('whatever is written in other words is left to the replay', () => {
  for (const [a, b] of SPELLING) assert.deepEqual(compareExpressions(a, b), { kind: 'spelling' }, `${a} | ${b}`)
})

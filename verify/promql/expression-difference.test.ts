import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareExpressions, sameValue } from './expression-difference.ts'

const SAME: [string, string][] = [
  ['up == 0', 'up==0'],
  ['sum by (job) (rate(x{a="1"}[300s])) > 0.50', "sum BY(job)(rate(x{a='1',}[5m])) > .5 # half"],
  ['rate(x[1h30m]) > 1000', 'rate(x[90m]) > 1e3'],
  [`x{b="2",a!~'1'} > 1 and y{}`, `x{a!~"1", b='2',} > 1 and y{}`],
  ['x > 0.5', '0.5 < x'],
  ['x > 5 / 100', 'x > 0.05'],
  ['sum by (job) (x) > 1', 'sum(x) by (job) > 1'],
  ['x{code=~"5.."} > 1', 'x{code=~"5[0-9]{2}"} > 1'],
  ['rate(x[5m]) > 1', 'increase(x[5m]) > 300'],
]
const VALUES: [string, string, string][] = [
  ['up == 0', 'up != 0', 'threshold 1 instead of 0'],
  ['x > 0.5', 'x > 0.505', 'threshold 0.505 instead of 0.5'],
  ['x > 0.5', 'x >= 0.5', 'comparator >= 0.5 instead of > 0.5'],
  ['rate(x[5m]) > 1', 'rate(x[2m]) > 1', 'window [2m] instead of [5m]'],
  ['a > 1 or b > 1', 'a > 1 or b > 2', 'threshold 2 instead of 1'],
  ['x{b="2",a="1"} > 1', 'x{a="1",b="2"} > 2', 'threshold 2 instead of 1'],
  ['a / (b > 0) > 0.5', 'a / (b > 1) > 0.5', 'guard 1 instead of 0'],
  ['a > 1 and on (job) b > 0', 'a > 1 and on (job) b > 7', 'threshold 7 instead of 0'],
  ['max_over_time(x[1h:1m]) > 1', 'max_over_time(x[2h:1m]) > 1', 'window [2h:1m] instead of [1h:1m]'],
  ['x offset 1h > 1', 'x offset 2h > 1', 'offset 2h ago instead of 1h ago'],
  ['x @ 100 > 1', 'x @ 200 > 1', 'offset @200 instead of @100'],
  ['histogram_quantile(0.95, x) > 1', 'histogram_quantile(0.9, x) > 1', 'quantile 0.9 instead of 0.95'],
  ['topk(3, x) > 1', 'topk(5, x) > 1', 'threshold 5 instead of 3'],
  ['rate(x[5m]) > 1', 'increase(x[5m]) > 1', 'threshold 0.00333333333333 instead of 1'],
  ['x % 5 > 1', 'x % 4 > 1', 'threshold 4 instead of 5'],
  ['a + 2 * b > 1', 'a + 3 * b > 1', 'threshold 3 instead of 2'],
]
const FORM: [string, string][] = [
  ['x{a="1"} > 1', 'x{a!="1"} > 1'],
  ['x1 > 1', 'x2 > 1'],
  ['x{a="1",b="2"} > 1', 'x{a="2",b="1"} > 1'],
  ['x{a="1"} > 1', 'x{a="1" > 1'],
  ['x > 1', ''],
  ['x > 1', 'x > bool 1'],
  ['x > 1', 'x'],
  ['sum(x) > 1', 'max(x) > 1'],
  ['a / (b > 0) > 0.5', 'a / b > 0.5'],
  ['avg_over_time(x[5m]) > 1', 'sum_over_time(x[5m]) / count_over_time(x[5m]) > 1'],
]

test('an expression that means the same in another spelling is the same', () => {
  for (const [a, b] of SAME) assert.deepEqual(compareExpressions(a, b), { kind: 'same' }, `${a} | ${b}`)
})

test('another number, duration or comparison in the same form is another rule', () => {
  for (const [a, b, difference] of VALUES)
    assert.deepEqual(compareExpressions(a, b), { kind: 'values', differences: [difference] }, `${a} | ${b}`)
})

test('an expression of another form is left to the replay', () => {
  for (const [a, b] of FORM) assert.deepEqual(compareExpressions(a, b), { kind: 'form' }, `${a} | ${b}`)
})

test('two values are one exactly when their comparisons with a number are: what is held against it at a glance changes no answer', () => {
  const values = [
    ...[...SAME, ...FORM].flat().map((text) => text.replace(/ (?:[<>]=?|==|!=)(?: bool)? [\d./ ]+$/, '')),
    ...['x{a="1"}', 'x{a=~"1"}', 'x{a=~"1|2"}', 'x{a="2"}', 'x{a="1"} + x{a="2"}', 'x{a="1",a!="3"}', 'x{a=""}', 'x'],
    ...['x{status="none"}', 'x{status="never"}', 'x{status="500"}', 'y{a="1"} and x{a="1"}', 'x{a="1"} and y{a="1"}', 'x{a="1"} * 2'],
    ...['sum(x{a="1"}) / sum(x)', 'sum(x{a="1"}) / sum(x{a="1"})', 'sum(x{a="1"}) / sum(y{a="1"})', 'x{', ''],
  ]
  let same = 0
  for (const a of values)
    for (const b of values) {
      const expected = compareExpressions(`(${a}) > 1`, `(${b}) > 1`).kind === 'same'
      assert.equal(sameValue(a, b), expected, `${a} | ${b}`)
      same += Number(expected && a !== b)
    }
  assert.ok(same >= 20, `${same} pairs of different texts are the same`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { takeApart } from './take-apart.ts'

/** Kind, value, comparator, threshold, window, quantile; what is written beside the expression. */
const SHAPES: [expr: string, taken: string, explicit?: string][] = [
  ['up == 0', 'up up == 0'],
  ['up{job="a"} < 1', 'up up{job="a"} < 1'],
  ['redis_up == 0', 'gauge redis_up == 0'],
  ['5 < threads', 'gauge threads > 5'],
  ['time() - last_run > 24 * 60 * 60', 'gauge time() - last_run > 86400'],
  ['sum(rate(a[5m])) > 3', 'rate sum(rate(a[5m])) > 3 300s'],
  ['sum(rate(a[5m])) / sum(rate(b[5m])) * 100 > 1', 'ratio sum(rate(a[5m])) / sum(rate(b[5m])) * 100 > 1 300s'],
  ['1 - avg(rate(idle[5m])) > 0.9', 'rate 1 - avg(rate(idle[5m])) > 0.9 300s'],
  [
    'histogram_quantile(0.9, sum by (le) (rate(x_bucket[10m]))) > 2',
    'quantile histogram_quantile(0.9, sum by (le) (rate(x_bucket[10m]))) > 2 600s q0.9',
  ],
  ['absent(up{job="a"})', 'gauge absent(up{job="a"}) == 1'],
  ['avg_over_time(x[5m]) < 2', 'rate avg_over_time(x[5m]) < 2 300s'],
  ['increase(a[5m]) + increase(b[1h]) > 2', 'rate increase(a[5m]) + increase(b[1h]) > 2 3600s', 'window'],
  // No comparison of one value with one number: which value and threshold stand for it is written.
  ['x > 5 and y > 3', 'gauge x > 5', 'value comparator threshold'],
  ['x unless y > 3', 'gauge y > 3', 'value comparator threshold'],
  ['x > 5 or y < 3', 'gauge x > 5', 'value comparator threshold'],
  ['x != 200', 'gauge x != 200', ''],
  ['x > y', 'gauge (x) - (y) > 0', 'value comparator threshold'],
  ['x <= on (a) group_left (b) y', 'gauge (x) - on (a) group_left (b) (y) <= 0', 'value comparator threshold'],
  ['x != on (a) y', 'gauge (x) - on (a) (y) != 0', 'value comparator threshold'],
  ['x == y', 'gauge (x) - (y) == 0', 'value comparator threshold'],
  ['maintenance', 'gauge count without () (maintenance) == 1', 'value comparator threshold'],
  ['vector(1)', 'gauge count without () (vector(1)) == 1', 'value comparator threshold'],
  ['x > bool y', 'gauge count without () (x > bool y) == 1', 'value comparator threshold'],
]

for (const [expr, expected, explicit = ''] of SHAPES)
  test(`taken apart: ${expr}`, () => {
    const taken = takeApart(expr)
    assert.ok(!('reason' in taken), JSON.stringify(taken))
    const { kind, value, comparator, threshold, windowMs, quantile } = taken
    const more = [...(windowMs === undefined ? [] : [`${windowMs / 1000}s`]), ...(quantile === undefined ? [] : [`q${quantile}`])]
    assert.equal([kind, value, comparator, threshold, ...more].join(' '), expected)
    assert.equal(taken.explicit.join(' '), explicit)
    assert.equal(taken.remarks.length > 0, explicit !== '', 'what is expressed in part is said')
  })

test('what cannot be expressed says why', () => {
  const reasonOf = (expr: string): string => {
    const taken = takeApart(expr)
    return 'reason' in taken ? taken.reason : 'taken apart'
  }
  assert.match(reasonOf('sum(x > 5'), /^no PromQL that firedrill reads: .*ends too early/)
  assert.match(reasonOf('increase(a[5m]) keep_metric_names > 1'), /^no PromQL that firedrill reads: .*"keep_metric_names/)
  assert.match(reasonOf(''), /empty/)
  assert.equal(reasonOf('x > Inf'), 'the threshold Infinity is no finite number')
})

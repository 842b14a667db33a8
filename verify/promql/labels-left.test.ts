import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labelsLeft } from './labels-left.ts'

const CASES: [expr: string, left: string[] | undefined][] = [
  ['up == 0', undefined],
  ['sum(x) > 1', []],
  ['sum by (job) (rate(x[5m])) > 0.5', ['job']],
  ['sum(rate(x[5m])) by (job, instance) * 60 > 1000', ['job', 'instance']],
  ['sum without (id) (x)', undefined],
  ['histogram_quantile(0.95, sum by (job, le) (rate(x_bucket[5m]))) > 0.5', ['job']],
  ['1 - sum by (job) (x) / sum by (job) (y) < 0.9', ['job']],
  ['topk(3, sum by (job) (x))', undefined],
  ['-sum(x) < 0', []],
  ['sum by (job) (x) > 1 or sum by (job, pod) (y) > 1', ['job', 'pod']],
  ['sum by (job) (x) > 1 or up == 0', undefined],
  ['sum(x) > 1 and on () up == 0', []],
  ['sum by (a) (x) / on (a) group_left (b) y', undefined],
  ['sum by (a, b) (x) / on (a) sum by (a) (y)', ['a']],
  ['label_replace(sum(x), "job", "a", "", "")', undefined],
  ['absent(up{job="a"})', ['job']],
  ['absent(up{name="a",job=~"b.*"}) == 1', ['name']],
  ['absent_over_time(up[5m])', []],
  ['absent(sum(up{job="a"}))', []],
  ['vector(1)', []],
  ['clamp_max(sum by (job) (x), 1.) # at most\n > 0', ['job']],
  ['x > sum(y)', []],
  ['sum(', undefined],
]

test('an aggregation says which labels are left; without one, or where labels are made, nothing is said', () => {
  for (const [expr, wanted] of CASES) {
    const found = labelsLeft(expr)
    assert.deepEqual(found === undefined ? undefined : [...found], wanted, expr)
  }
})

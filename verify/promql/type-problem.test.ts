import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from './parse-promql.ts'
import { escapeProblem, typeProblem } from './type-problem.ts'

/** Each of them was held against `promtool check rules` 2.48, which refuses the first list and takes the second. */
const REFUSED = [
  'scalar(x) == 0',
  'time() > 5',
  'sum(5)',
  '"a" > 1',
  'absent(5)',
  'histogram_quantile(sum by (le) (x), 0.9) > 1',
  'histogram_quantile(0.9) > 1',
  'clamp_max(x) > 1',
  'clamp(x, 1) > 1',
  'label_replace(x, "a", "b") > 1',
  'topk(x) > 1',
  'topk(1, 5) > 1',
  'count_values(x) > 1',
  'max(x, y) > 1',
  'x and 5',
  '5 or x',
  'x and on (a) group_left y',
  '{} > 1',
  '{job=~".*"} > 1',
  'vector(x) > 1',
  'scalar(5) > bool 1',
  'irate(x[5m], 2) > 1',
  'predict_linear(x[1h]) < 0',
  'round(x, "1") > 1',
  'quantile_over_time(x[5m], 0.9) > 1',
  'rate(x[0s]) > 1',
]
const TAKEN = [
  'time() - x > 5',
  'hour() > 5',
  'minute(timestamp(x)) > 5',
  'round(x, 0.1) > 1',
  'label_join(x, "a", ",", "b") == 0',
  'count_values("v", x) > 1',
  'quantile(0.9, x) > 1',
  'predict_linear(x[1h], 4 * 3600) < 0',
  'predict_linear(x[1h], scalar(y)) < 0',
  'absent(x > 1)',
  '{job="a"} > 1',
  '{__name__=~"a.+"} > 1',
  'scalar(x) > bool 5',
  'vector(time()) - x > 1',
  'x > -5',
  'max_over_time(rate(x[5m])[1h:]) > 1',
  'sort_by_label(x, "a", "b") > 1',
]

const problemOf = (text: string): string | undefined => {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok, text)
  return typeProblem(parsed.expr)?.message
}

test('what Prometheus refuses though it is PromQL by its grammar', () => {
  for (const text of REFUSED) assert.notEqual(problemOf(text), undefined, text)
  for (const text of TAKEN) assert.equal(problemOf(text), undefined, text)
})

test('escapes are those of Go', () => {
  assert.deepEqual(escapeProblem('x{a=~"\\d+"}')?.span, { from: 6, to: 8 })
  assert.ok(escapeProblem("x{a=~'it\\.s'}"))
  for (const text of ['x{a=~"\\\\d+"}', 'x{a=~`\\d+`}', "x{a='it\\'s'}", 'x{a="\\n\\x41\\101"} # "\\d"'])
    assert.equal(escapeProblem(text), undefined, text)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluate } from './evaluate.ts'
import type { SteadySeries } from './evaluate.ts'
import { parsePromql } from './parse-promql.ts'

const world: SteadySeries[] = [
  { metric: 'up', labels: { job: 'a' }, value: 1, ratePerS: 0 },
  { metric: 'up', labels: { job: 'b' }, value: 0.5, ratePerS: 0 },
  { metric: 'r', labels: { job: 'a', status: '200' }, value: 9, ratePerS: 9 },
  { metric: 'r', labels: { job: 'a', status: '500' }, value: 1, ratePerS: 1 },
  ...['0.1', '0.5', '+Inf'].map((le, i) => ({ metric: 'h_bucket', labels: { job: 'a', le }, value: 0, ratePerS: [50, 90, 100][i] ?? 0 })),
]

function value(text: string): number[] {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok)
  const result = evaluate(parsed.expr, world)
  return result.kind === 'scalar' ? [result.value] : result.rows.map((row) => row.value)
}

test('a steady world is calculated as Prometheus does', () => {
  assert.deepEqual(value('avg(avg_over_time(up[24h]))'), [0.75])
  assert.deepEqual(value('sum(rate(r{status=~"5.."}[5m])) / sum(rate(r[5m]))'), [0.1])
  assert.deepEqual(value('sum(increase(r[1m]))'), [600])
  assert.deepEqual(value('histogram_quantile(0.5, sum by (le) (rate(h_bucket[5m])))'), [0.1])
  assert.deepEqual(
    value('histogram_quantile(0.7, sum by (le) (rate(h_bucket[5m])))').map((v) => v.toFixed(6)),
    ['0.300000'],
  )
  assert.deepEqual(value('histogram_quantile(0.99, h_bucket)'), [])
  assert.deepEqual(value('sum(rate(r{status="404"}[5m])) or 0 * sum(rate(r[5m]))'), [0])
  assert.deepEqual(value('up == 0.5'), [0.5])
  assert.deepEqual(value('up > bool 0.5'), [1, 0])
  assert.deepEqual(value('up unless on (job) r'), [0.5])
  assert.deepEqual(value('(1 - 0.1 / 0.2) * 100'), [50])
})

test('a world that goes on changing: time, windows, offsets, predictions and joins', () => {
  const moving: SteadySeries[] = [
    { metric: 'g', labels: { i: '1' }, value: 100, ratePerS: 2 },
    { metric: 'g', labels: { i: '2' }, value: 40, ratePerS: 0, changesPerS: 0.1 },
    { metric: 'info', labels: { i: '1', node: 'x' }, value: 1, ratePerS: 0 },
  ]
  const of = (text: string): number[] => {
    const parsed = parsePromql(text)
    assert.ok(parsed.ok)
    const result = evaluate(parsed.expr, moving, { nowS: 1000, stepS: 10 })
    return result.kind === 'scalar' ? [result.value] : result.rows.map((row) => row.value)
  }
  assert.deepEqual(of('time() - g'), [900, 960])
  assert.deepEqual(of('g offset 10s'), [80, 40])
  assert.deepEqual(of('delta(g[30s])'), [60, 0])
  assert.deepEqual(of('predict_linear(g[1m], 100)'), [300, 40])
  assert.deepEqual(of('max_over_time(g[10s])'), [100, 40])
  assert.deepEqual(of('min_over_time(g[10s])'), [80, 40])
  assert.deepEqual(of('changes(g{i="2"}[1m])'), [6])
  assert.deepEqual(of('absent(g)'), [])
  assert.deepEqual(of('absent(nothing{a="b"})'), [1])
  assert.deepEqual(of('topk(1, g)'), [100])
  assert.deepEqual(of('g * on (i) group_left (node) info'), [100])
  assert.deepEqual(of('info * on (i) group_right g'), [100])
  assert.deepEqual(of('round(g / 30, 0.5)'), [3.5, 1.5])
  assert.deepEqual(of('count(count_values("value", g))'), [2])
  assert.deepEqual(of('count(label_join(g, "i", "-", "i", "i"))'), [2])
  assert.throws(() => of('g * on () info'), /many to many/)
  assert.throws(() => of('holt_winters(g[5m], 0.5, 0.5)'))
})

test('what a clock shows, and samples that are old', () => {
  const world: SteadySeries[] = [
    { metric: 'fresh', labels: {}, value: 1, ratePerS: 0 },
    { metric: 'old', labels: {}, value: 1, ratePerS: 0, ageS: 200 },
    { metric: 'gone', labels: {}, value: 1, ratePerS: 0, ageS: 400 },
    { metric: 'written_at', labels: {}, value: 3 * 86_400 + 7_260, ratePerS: 0 },
  ]
  const of = (text: string): number[] => {
    const parsed = parsePromql(text)
    assert.ok(parsed.ok)
    // Saturday, 3 January 1970, 05:07.
    const result = evaluate(parsed.expr, world, { nowS: 2 * 86_400 + 5 * 3_600 + 420, stepS: 60 })
    return result.kind === 'scalar' ? [result.value] : result.rows.map((row) => row.value)
  }
  for (const [text, value] of Object.entries({ 'hour()': 5, 'minute()': 7, 'day_of_week()': 6, 'day_of_month()': 3, 'month()': 1 }))
    assert.deepEqual(of(text), [value], text)
  for (const [text, value] of Object.entries({ 'days_in_month()': 31, 'day_of_year()': 3, 'year()': 1970, 'hour(written_at)': 2 }))
    assert.deepEqual(of(text), [value], text)
  assert.deepEqual(of('fresh and on () hour() > 8'), [])
  assert.deepEqual(of('time() - timestamp(fresh)'), [0])
  assert.deepEqual(of('time() - timestamp(old)'), [200])
  assert.deepEqual(of('gone'), [])
  assert.deepEqual(of('time() - max_over_time(timestamp(gone)[10m:1m])'), [400])
  assert.deepEqual(of('last_over_time(gone[10m])'), [1])
  assert.deepEqual(of('last_over_time(gone[5m])'), [])
})

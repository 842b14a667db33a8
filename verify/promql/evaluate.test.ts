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

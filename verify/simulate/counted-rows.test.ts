import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parsePromql } from '../promql/parse-promql.ts'
import { rowsCounted } from './counted-rows.ts'

const rowsOf = (text: string): number => {
  const parsed = parsePromql(text)
  assert.ok(parsed.ok)
  return rowsCounted(parsed.expr)
}

test('two rows more than are counted, twenty for a share, none where nothing is counted', () => {
  assert.equal(rowsOf('count(x == 0) > 5'), 7)
  assert.equal(rowsOf('3 > count by (job) (x == 1)'), 5)
  assert.equal(rowsOf('sum(topk(5, x)) > 100'), 7)
  assert.equal(rowsOf('count(x == 0) / count(x) > 0.1'), 20)
  assert.equal(rowsOf('100 * sum(x == bool 0) / count(x) > 10'), 20)
  assert.equal(rowsOf('count(x) != count(y)'), 8)
  assert.equal(rowsOf('sum(x) > 500'), 0)
  assert.equal(rowsOf('x > 30 and y < 3'), 0)
})

test('what would take too many rows has none for it', () => {
  assert.equal(rowsOf('count(x) > 10000'), 0)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constantOf } from './constant.ts'
import { parsePromql } from './parse-promql.ts'

test('a number is one however it is written; what has series is none', () => {
  const of = (text: string): number | undefined => {
    const parsed = parsePromql(text)
    assert.ok(parsed.ok, text)
    return constantOf(parsed.expr)
  }
  assert.deepEqual(['1', '-1', '60 * 60', '2 ^ 3 - 1', '-(1 + 2) * 10', '1e3', '5 % 3'].map(of), [1, -1, 3_600, 7, -30, 1_000, 2])
  assert.deepEqual(['up', 'up * 2', 'vector(1)', 'time()', '1 > bool 2'].map(of), [undefined, undefined, undefined, undefined, undefined])
})

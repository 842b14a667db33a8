import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectors, walk } from './ast.ts'
import { parsePromql } from './parse.ts'

test('walking visits parents first and operands in order, and leaves the tree as it is', () => {
  const parsed = parsePromql('histogram_quantile(0.95, sum by (le) (rate(a[5m]))) > b')
  assert.ok(parsed.ok)
  const before = JSON.stringify(parsed.expr)
  assert.deepEqual([...walk(parsed.expr)].map((node) => node.kind), ['binary', 'call', 'number', 'aggregate', 'call', 'selector', 'selector'])
  assert.deepEqual(selectors(parsed.expr).map((selector) => selector.metric), ['a', 'b'])
  assert.equal(JSON.stringify(parsed.expr), before)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectors, walk } from './ast.ts'
import { parsePromql } from './parse-promql.ts'

test('walking visits parents first and operands in order, and leaves the tree as it is', () => {
  const parsed = parsePromql('histogram_quantile(0.95, sum by (le) (rate(a[5m]))) > b')
  assert.ok(parsed.ok)
  const before = JSON.stringify(parsed.expr)
  assert.deepEqual(
    [...walk(parsed.expr)].map((node) => node.kind),
    ['binary', 'call', 'number', 'aggregate', 'call', 'selector', 'selector'],
  )
  assert.deepEqual(
    selectors(parsed.expr).map((selector) => selector.metric),
    ['a', 'b'],
  )
  assert.equal(JSON.stringify(parsed.expr), before)
})

test('offset and @ bind to the selector before them, with any operator before and behind', () => {
  const cases: [string, string, string][] = [
    ['a - b offset 1h > 3', 'a:0: b:3600000:', '>'],
    ['a + b offset 5m * c', 'a:0: b:300000: c:0:', '+'],
    ['a > a offset 1d * 2', 'a:0: a:86400000:', '>'],
    ['rate(a[5m] offset -1m) / b @ 100', 'a:-60000: b:0:@100', '/'],
    ['a @ start() offset 5m - a # offset 1h', 'a:300000:@start() a:0:', '-'],
    ['x{a="offset 5m"} or x', 'x:0: x:0:', 'or'],
  ]
  for (const [text, wanted, op] of cases) {
    const parsed = parsePromql(text)
    assert.ok(parsed.ok, text)
    assert.equal(
      selectors(parsed.expr)
        .map(({ metric, offsetMs, at }) => `${metric}:${offsetMs}:${at ?? ''}`)
        .join(' '),
      wanted,
      text,
    )
    assert.equal(parsed.expr.kind === 'binary' ? parsed.expr.op : parsed.expr.kind, op, text)
  }
  for (const text of ['(a) offset 5m', 'sum(a) offset 5m', '1 @ 100', 'offset 5m']) {
    const parsed = parsePromql(text)
    assert.ok(!parsed.ok, text)
    assert.ok(parsed.at <= text.length)
  }
})

test('comments may stand anywhere, and a number may end in its point', () => {
  for (const text of ['# first\nrate(x[5m]) > 1', 'rate( # all\n x[5m]) > 1 # last', 'x > 1.', '2. * x'])
    assert.equal(parsePromql(text).ok, true, text)
})

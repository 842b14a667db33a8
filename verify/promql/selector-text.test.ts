import assert from 'node:assert/strict'
import { test } from 'node:test'
import { selectors } from './ast.ts'
import { parsePromql } from './parse-promql.ts'
import { selectorText } from './selector-text.ts'

test('a selector is written without its range and offset, and means the same', () => {
  const parsed = parsePromql('sum(rate(requests_total{status=~"5\\\\d.",job!="a\\"b"}[5m] offset 1m)) / up')
  assert.ok(parsed.ok)
  const texts = selectors(parsed.expr).map((each) => selectorText(each))
  assert.deepEqual(texts, ['requests_total{status=~"5\\\\d.",job!="a\\"b"}', 'up'])
  const again = parsePromql(texts[0] ?? '')
  assert.ok(again.ok && again.expr.kind === 'selector')
  assert.deepEqual(
    again.expr.matchers.map(({ value }) => value),
    ['5\\d.', 'a"b'],
  )
})

test('labels of a subject come first, in place of a matcher of the same label', () => {
  const parsed = parsePromql('requests_total{job=~".+",status="429"}')
  assert.ok(parsed.ok && parsed.expr.kind === 'selector')
  assert.equal(selectorText(parsed.expr, { job: 'shop' }), 'requests_total{job="shop",status="429"}')
})

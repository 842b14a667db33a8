import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parser } from '@prometheus-io/lezer-promql'
import { lezerText } from './lezer-text.ts'

const READABLE = [
  '# of the gateway\nrate(x[5m]) # 5xx\n  > 1',
  'x > 1.',
  '2.*x',
  'holt_winters(x[1h], 0.5, 0.5)',
  'x{a="# no comment", b=\'1. \'} > 0.5',
  'x{a=~`holt_winters(`} > 1.5e3',
]

test('what Prometheus reads lezer reads, at the same places', () => {
  for (const expr of READABLE) {
    const text = lezerText(expr)
    assert.equal(text.length, expr.length)
    const errors: number[] = []
    parser.parse(text).iterate({
      enter: (node) => {
        if (node.type.isError || node.name === 'LineComment') errors.push(node.from)
      },
    })
    assert.deepEqual(errors, [], expr)
  }
})

test('texts and proper numbers stay as they are', () => {
  for (const expr of READABLE.slice(4)) assert.equal(lezerText(expr), expr)
})

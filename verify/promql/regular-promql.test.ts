import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promqlTexts } from '../../testing/random/promql-texts.ts'
import { parseByGrammar } from './parse-promql.ts'
import { readRegularPromql } from './regular-promql.ts'

const REGULAR = [
  ...[
    'up == 0',
    ' up{job="a", instance!~\'b|c\'} > 0.5 ',
    '{job="a"}',
    'a:b:c{}',
    'rate(x_total{a="b"}[5m]) * 60 > 1000',
    'x [1h30m]',
    '"text"',
  ],
  ...[
    'sum by (job, le) (rate(x_bucket[5m]))',
    'sum(x) without (a)',
    'topk(3, x)',
    'count_values("v", x)',
    'time() - x > 3600',
    'absent(up)',
  ],
  ...[
    'a + b * c ^ d ^ e - f',
    '(a + b) * (c)',
    'a and b or c unless d',
    'a > bool 1 == 2',
    'a / on (job) group_left (b, c) d',
    'a * ignoring() b',
  ],
  ...[
    'histogram_quantile(0.95, sum(rate(x[1m])) by (le)) >= 1e-3',
    'label_replace(up, "a", "$1", "b", "(.*)")',
    'a atan2 b % .5',
    'sumx or by_x',
    'orx:',
  ],
]
const LEFT = [
  ...[
    '',
    'x offset 5m',
    'x @ 3',
    'x[5m:1m]',
    '-x',
    'x > -1',
    '1.',
    '5m',
    '0x1f',
    'x{a="\\n"}',
    'x{a=`b`}',
    'x{a="b",}',
    '{__name__="x"}',
    '{}',
    'x # c',
  ],
  ...[
    'rate(x)',
    'abs(x[5m])',
    'sum(x[5m])',
    'x[5m] > 1',
    'x[30m1h]',
    '(x)[5m]',
    'sum',
    'rate',
    'SUM(x)',
    'a AND b',
    'a orx: b',
    'a or:b',
    'sum by (a:b) (x)',
    'x)',
    '(x',
    'a b',
  ],
  ...[
    'x{',
    'x{a}',
    'x{on="b"}',
    'nosuch(x)',
    'inf',
    'a + bool b',
    'a >/ b',
    '1_000',
    'sum(x,)',
    `${'('.repeat(60)}x${')'.repeat(60)}`,
    'x'.repeat(10_001),
  ],
]

/** As the grammar has it; undefined where the expression is left to it. */
function compared(text: string): 'the same' | 'left to the grammar' | { own: unknown; grammar: unknown } {
  const own = readRegularPromql(text)
  if (own === undefined) return 'left to the grammar'
  const grammar = parseByGrammar(text)
  return grammar.ok && JSON.stringify(grammar.expr) === JSON.stringify(own) ? 'the same' : { own, grammar }
}

test('what is regular is read as the grammar reads it', () => {
  for (const text of REGULAR) assert.equal(compared(text), 'the same', text)
})

test('what is not is left to the grammar', () => {
  for (const text of LEFT) assert.equal(compared(text), 'left to the grammar', text)
})

test('6,000 texts are read as the grammar reads them, or left to it', () => {
  const counts = { 'the same': 0, 'left to the grammar': 0 }
  for (const text of promqlTexts(3).take(6_000)) {
    const found = compared(text)
    assert.ok(typeof found === 'string', `${JSON.stringify(text)}: ${JSON.stringify(found)}`)
    counts[found]++
  }
  assert.ok(counts['the same'] > 1_000, `${counts['the same']} were regular`)
})

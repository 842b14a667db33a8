import test from 'node:test'
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { FiredrillError } from '../model/error.ts'
import { formatDuration, parseDuration } from '../promql/duration.ts'
import { compressDuration, compressExpr, rewriteExpr } from './expr.ts'

const cases: [string, string, string][] = [
  ['a range', 'rate(x[5m])', 'rate(x[20s])'],
  ['nothing else', 'sum  by(job)( rate(x{a="[5m]"} [ 5m ]) )*60>1000 # [5m]', 'sum  by(job)( rate(x{a="[5m]"} [ 20s ]) )*60>1000 # [5m]'],
  [
    'a comment before, behind and inside',
    '# slow\nincrease( # all\n x[5m]) > 10 # ten',
    '# slow\nincrease( # all\n x[20s]) > 0.6666666666666666 # ten',
  ],
  ['a number that ends in its point', 'increase(x[5m]) > 10.', 'increase(x[20s]) > 0.6666666666666666'],
  ['offsets, with their sign', 'x offset -1h - x offset 30s', 'x offset -4m - x offset 2s'],
  ['a subquery and its step', 'max_over_time(rate(x[5m])[1h:1m] offset 1d)', 'max_over_time(rate(x[20s])[4m:4s] offset 1h36m)'],
  ['a subquery without a step', 'max_over_time(x[1h:])', 'max_over_time(x[4m:])'],
  ['bare seconds', 'rate(x[300])', 'rate(x[20s])'],
  ['no range below four seconds', 'rate(x[30s])', 'rate(x[4s])'],
  ['no range made longer', 'rate(x[2s])', 'rate(x[2s])'],
  ['no absolute time', 'x @ 1600 > 5m', 'x @ 1600 > 5m'],
  ['the threshold of a count', 'increase(x[5m]) > 150', 'increase(x[20s]) > 10'],
  ['a threshold on the left', '150 <= sum by (job) (changes(x[5m]))', '10 <= sum by (job) (changes(x[20s]))'],
  ['a threshold in the ratio the window really shrank', 'increase(x[30s]) > 30', 'increase(x[4s]) > 4'],
  ['a count per minute', 'sum(increase(x[5m])) / 5 > 30', 'sum(increase(x[20s])) / 5 > 2'],
  [
    'a negative or computed threshold',
    'increase(x[5m]) > -15 or increase(x[5m]) > (10 * 15)',
    `increase(x[20s]) > (-15 * ${20 / 300}) or increase(x[20s]) > ((10 * 15) * ${20 / 300})`,
  ],
  ['not the threshold of a share of counts', 'increase(x[5m]) / increase(y[5m]) > 0.01', 'increase(x[20s]) / increase(y[20s]) > 0.01'],
  [
    'not the threshold of a quantile of counts',
    'histogram_quantile(0.95, sum by (le) (increase(x[5m]))) > 0.5',
    'histogram_quantile(0.95, sum by (le) (increase(x[20s]))) > 0.5',
  ],
  ['not a threshold of zero', 'increase(x[5m]) > 0', 'increase(x[20s]) > 0'],
  ['not the number of series', 'count(increase(x[5m]) > 15) > 3', 'count(increase(x[20s]) > 1) > 3'],
  ['not a number of samples, whose interval shrinks too', 'count_over_time(x[5m]) > 10', 'count_over_time(x[20s]) > 10'],
  ['a count behind `and`', 'increase(x[5m]) and y > 3', 'increase(x[20s]) and y > 3'],
  ['the outer threshold of a filtered count', '(increase(x[5m]) > 15) < 150', '(increase(x[20s]) > 1) < 10'],
]

for (const [name, before, after] of cases) {
  test(`compresses by 15: ${name}`, () => assert.equal(compressExpr(before, 15), after))
}

test('says what it could not keep', () => {
  assert.deepEqual(rewriteExpr('rate(x[5m]) > 5', 15).cautions, [])
  for (const expr of ['changes(x[5m]) == 3', 'increase(x[5m]) > y', 'increase(x[5m]) + 1 > 5', 'ln(increase(x[5m])) > 5']) {
    const rewrite = rewriteExpr(expr, 15)
    assert.equal(rewrite.cautions.length, 1, expr)
    assert.equal(rewrite.text, expr.replace('5m', '20s'))
  }
})

test('an expression that is not PromQL is refused with its place', () => {
  assert.throws(
    () => compressExpr('up == 0\n  and rate(x[5q]) > 1', 15),
    (error: unknown) => {
      assert.ok(error instanceof FiredrillError)
      assert.equal(error.code, 'PROMQL_SYNTAX')
      assert.deepEqual([error.place?.line, error.place?.column, error.place?.source], [2, 15, '  and rate(x[5q]) > 1'])
      return true
    },
  )
  for (const expr of ['', '  ', 'up ==', 'rate(x[5m)', 'rate(x[$__rate_interval])'])
    assert.throws(() => compressExpr(expr, 15), { code: 'PROMQL_SYNTAX' }, expr)
  assert.throws(() => compressExpr('rate(x[5m * 2])', 15), { code: 'COMPRESS_DURATION_EXPRESSION' })
})

test('a compression below 1 is refused', () => {
  for (const k of [0, 0.5, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => compressExpr('up', k), RangeError)
})

const durationArb = fc.integer({ min: 1, max: 90_000_000 }).map(formatDuration)
const spaceArb = fc.constantFrom('', ' ', '  ', '\n')
const exprArb = fc.letrec<{ vector: string; expr: string }>((tie) => ({
  vector: fc.oneof(
    fc.constantFrom('up', 'a:b{c="[5m]"}', '{__name__=~"x|y"}'),
    fc
      .tuple(fc.constantFrom('rate', 'increase', 'changes', 'max_over_time', 'count_over_time'), durationArb, spaceArb)
      .map(([f, d, s]) => `${f}(m${s}[${s}${d}${s}])`),
    fc.tuple(durationArb, fc.constantFrom('', '-')).map(([d, sign]) => `m offset ${sign}${d}`),
    fc.tuple(tie('expr'), durationArb, durationArb).map(([e, range, step]) => `avg_over_time((${e})[${range}:${step}])`),
    fc.tuple(fc.constantFrom('sum', 'count', 'max'), tie('expr')).map(([f, e]) => `${f} by (job) (${e})`),
  ),
  expr: fc.oneof(
    { maxDepth: 3 },
    tie('vector'),
    fc
      .tuple(tie('vector'), fc.constantFrom('>', '>=', '==', '/', '*', '+'), fc.constantFrom('10', '0.5', '1e3'))
      .map(([v, op, n]) => `${v} ${op} ${n}`),
    fc.tuple(tie('vector'), fc.constantFrom('and', 'or', '/', '>'), tie('vector')).map(([a, op, b]) => `${a} ${op} ${b}`),
  ),
}))

test('compressing by 1 is the identity', () => {
  fc.assert(fc.property(exprArb.expr, (expr) => compressExpr(expr, 1) === expr))
})

test('what comes out is PromQL again, and longer compression never lengthens a duration', () => {
  fc.assert(
    fc.property(exprArb.expr, fc.integer({ min: 1, max: 100 }), (expr, k) => {
      const once = rewriteExpr(expr, k)
      rewriteExpr(once.text, 1)
      for (const edit of once.edits) {
        const before = parseDuration(expr.slice(edit.from, edit.to))
        const after = parseDuration(edit.text)
        if (before !== undefined && after !== undefined && before > 0)
          assert.ok(after <= before && after >= 1, `${expr}: ${before} -> ${after}`)
      }
    }),
  )
})

test('a duration stays whole and never becomes zero', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), fc.double({ min: 1, max: 1e6, noNaN: true }), (ms, k) => {
      const result = compressDuration(ms, k)
      assert.ok(Number.isInteger(result) && result <= ms && (result > 0 || ms === 0))
    }),
  )
})

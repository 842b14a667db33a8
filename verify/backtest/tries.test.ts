import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FiredrillError } from '../model/error.ts'
import { parseTry, withThreshold } from './tries.ts'

test('values to try are read, one or several', () => {
  assert.deepEqual(parseTry('for=10m'), { text: 'for=10m', forMs: 600_000 })
  assert.deepEqual(parseTry('threshold = 0.02, keep_firing_for=1m30s'), {
    text: 'threshold = 0.02, keep_firing_for=1m30s',
    threshold: 0.02,
    keepFiringForMs: 90_000,
  })
})

test('what cannot be tried is refused with what was probably meant', () => {
  const refused = (text: string): string => {
    try {
      parseTry(text)
    } catch (error) {
      assert.ok(error instanceof FiredrillError && error.code === 'TRY_INVALID' && error.exitCode === 2)
      return error.message
    }
    throw new Error(`${text} was taken`)
  }
  assert.match(refused('treshold=3'), /did you mean threshold/)
  assert.match(refused('for=ten'), /"ten" is no duration/)
  assert.match(refused('threshold='), /"" is no number/)
  assert.match(refused('for'), /"for" is nothing/)
})

test('the number of a comparison is replaced, of each side of `or` as well, and of nothing else', () => {
  assert.equal(withThreshold('rate(x[5m]) * 60 > 10', 20), 'rate(x[5m]) * 60 > 20')
  assert.equal(withThreshold('a > 0.5 or b > 0.5', -1), 'a > -1 or b > -1')
  assert.equal(withThreshold('5 < x', 7), '7 < x')
  assert.equal(withThreshold('x > -3', 2), 'x > 2')
  for (const expr of ['a > 1 or b > 2', 'a > b', 'a > 1 and b > 2', 'absent(x)', 'a >', 'a > bool 1 + 2'])
    assert.equal(withThreshold(expr, 9), undefined, expr)
})

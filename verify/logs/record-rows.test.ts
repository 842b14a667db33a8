import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rowsOf } from './record-rows.ts'
import { anyText } from '../../testing/random/any-text.ts'

test('text has as many lines as it has', () => {
  assert.equal(rowsOf('one'), 1)
  assert.equal(rowsOf('failed\n    caused by: a\n    caused by: b\n'), 3)
})

test('JSON has those of its longest text', () => {
  assert.equal(rowsOf(JSON.stringify({ message: 'failed', stack_trace: 'a\n\tat b\n\tat c\n' })), 3)
  assert.equal(rowsOf(JSON.stringify({ error: { stack: ['a\nb'] } })), 2)
  assert.equal(rowsOf('{"message":"one"}'), 1)
  assert.equal(rowsOf('{}'), 1)
})

test('what only looks like JSON is text', () => {
  assert.equal(rowsOf('{"message":"a\\nb"}\n\tat c'), 2)
})

test('every entry has at least one line', () => {
  fc.assert(
    fc.property(anyText(), (text) => {
      assert.ok(rowsOf(text) >= 1 && rowsOf(`{${text}`) >= 1)
    }),
  )
})

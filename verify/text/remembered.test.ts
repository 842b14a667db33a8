import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remembered } from './remembered.ts'

test('an answer is worked out once for each key, undefined included, and each of two keys counts', () => {
  const asked: unknown[] = []
  const [one, other] = [{}, {}]
  const answer = remembered((key: object) =>
    remembered((text: string) => {
      asked.push([key === one, text])
      return text === '' ? undefined : { key, text }
    }),
  )
  assert.equal(answer(one)('a'), answer(one)('a'))
  assert.notEqual(answer(one)('a'), answer(other)('a'))
  assert.equal(answer(one)(''), answer(one)(''))
  assert.deepEqual(asked, [
    [true, 'a'],
    [false, 'a'],
    [true, ''],
  ])
})

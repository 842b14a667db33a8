import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noSuchName } from './name-server.ts'

/** https://www.rfc-editor.org/rfc/rfc1035#section-4.1 */
function query(name: string, { counts = [1, 0, 0, 0], flags = [0x01, 0x00], more = [] as number[] } = {}): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)])
  return Buffer.from([0xab, 0xcd, ...flags, ...counts.flatMap((count) => [0, count]), ...labels, 0, 0, 1, 0, 1, ...more])
}

test('every name is answered with NXDOMAIN, under its own number and question', () => {
  const asked = query('mysql.internal')
  const answer = noSuchName(asked)
  assert.ok(answer)
  assert.deepEqual([...answer.subarray(0, 12)], [0xab, 0xcd, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(answer.subarray(12), asked.subarray(12))
})

test('what a question has besides (EDNS) is left out of the answer', () => {
  const option = [0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0]
  assert.deepEqual(noSuchName(query('redis', { counts: [1, 0, 0, 1], more: option })), noSuchName(query('redis')))
})

test('an answer, two questions, and what ends in the middle of a name are not answered', () => {
  assert.equal(noSuchName(query('redis', { flags: [0x81, 0x83] })), undefined)
  assert.equal(noSuchName(query('redis', { counts: [2, 0, 0, 0] })), undefined)
  for (const length of [0, 5, 12, 15, 20]) assert.equal(noSuchName(query('redis').subarray(0, length)), undefined, `${length} bytes`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LogLine } from '../../model/journal.ts'
import { flowStamp, FlowTally } from './flow-tally.ts'
import { anyText } from '../../../testing/random/any-text.ts'

const START = 1_795_000_000_000
const line = (stamp: string, afterMs: number, text = 'GET /x'): LogLine => ({
  timeNs: `${START + afterMs}000000`,
  line: `${text} request_id=${stamp}`,
  labels: {},
})

function sent(count: number): FlowTally {
  const tally = new FlowTally('r1-flow-shop-', START, count)
  for (let index = 0; index < count; index += 1) {
    tally.request(index, START + index * 10)
    tally.answer(index, START + index * 10 + 3, 200)
  }
  return tally
}

test('a row tells when a request was sent, answered, logged and seen', () => {
  const tally = sent(2)
  tally.sight(line('r1-flow-shop-000001', 12), START + 250)
  tally.count(line('r1-flow-shop-000001', 12), START + 900)
  assert.deepEqual(tally.rows(), [
    [0, 3, 200, -1, -1, 0, 0],
    [10, 13, 200, 12, 250, 1, 0],
  ])
  assert.equal(tally.complete, false)
})

test('the same text again is a copy, another text is not', () => {
  const tally = sent(1)
  const stamp = flowStamp(tally.prefix, 0)
  tally.count(line(stamp, 1), START)
  tally.count(line(stamp, 700), START)
  tally.count(line(stamp, 2, 'payment failed'), START)
  assert.deepEqual(tally.rows()[0]?.slice(5), [2, 1])
})

test('complete is when each answered request was seen; the others left no line', () => {
  const tally = sent(3)
  tally.answer(1, START, 0)
  for (const index of [0, 2]) tally.sight(line(flowStamp(tally.prefix, index), 1), START)
  assert.equal(tally.complete, true)
  assert.deepEqual(tally.answeredIndices(), [0, 2])
})

test('whatever a line says, only its own stamp counts and nothing breaks', () => {
  fc.assert(
    fc.property(anyText(), anyText(), fc.nat(9), (before, after, index) => {
      const tally = sent(10)
      tally.count({ timeNs: `${START}000000`, line: before + after, labels: {} }, START)
      assert.equal(
        tally.rows().every((row) => row[5] === 0),
        true,
      )
      tally.count({ timeNs: `${START}000000`, line: `${before}${flowStamp(tally.prefix, index)}${after}`, labels: {} }, START)
      assert.deepEqual(
        tally.rows().map((row) => row[5]),
        Array.from({ length: 10 }, (_, each) => (each === index ? 1 : 0)),
      )
    }),
  )
})

test('a line of a megabyte, and one with bytes that were no UTF-8, count like any other', () => {
  const tally = sent(3)
  tally.count(line(flowStamp(tally.prefix, 0), 1, `GET /${'x'.repeat(1_000_000)}`), START)
  tally.count({ ...line('', 1), line: `\ufffd\ufffd ${flowStamp(tally.prefix, 1)}\ufffd` }, START)
  tally.count({ ...line('', 1), line: `\ud800${flowStamp(tally.prefix, 2)}\udfff` }, START)
  assert.deepEqual(
    tally.rows().map((row) => row[5]),
    [1, 1, 1],
  )
})

test('a stamp that a bad byte has cut is no stamp', () => {
  const tally = sent(1)
  tally.count({ ...line('', 1), line: 'r1-flow-shop-000\ufffd00' }, START)
  assert.equal(tally.rows()[0]?.[5], 0)
})

test("a stamp beyond the flow is nobody's", () => {
  const tally = sent(2)
  tally.count(line('r1-flow-shop-000002', 1), START)
  tally.count(line('r1-flow-shop-00000', 1), START)
  assert.deepEqual(
    tally.rows().map((row) => row[5]),
    [0, 0],
  )
})

test("a copy in another stream is told apart from one in the same, and a label of the line's own makes no stream", () => {
  const tally = sent(3)
  const labelled = (index: number, labels: Record<string, string>): LogLine => ({
    ...line(`${flowStamp(tally.prefix, index)} trace_id=${String(index).repeat(32)}`, index),
    labels: { service: 'shop', trace_id: String(index).repeat(32), ...labels },
  })
  for (const index of [0, 1, 2]) tally.count(labelled(index, { job: 'a' }), START)
  for (const index of [0, 1]) tally.count(labelled(index, { job: 'b' }), START)
  tally.count({ ...labelled(2, { job: 'a' }), timeNs: `${START + 900}000000` }, START)
  assert.deepEqual(tally.twice, {
    lines: 2,
    labels: [
      { service: 'shop', job: 'a' },
      { service: 'shop', job: 'b' },
    ],
  })
  assert.deepEqual(
    tally.rows().map((row) => row[5]),
    [2, 2, 2],
  )
})

test('a line inside the entry of another is told', () => {
  const tally = sent(3)
  const [a, b, c] = [0, 1, 2].map((index) => flowStamp(tally.prefix, index))
  tally.count({ ...line(`${a} again ${a}\nGET /x request_id=${b}`, 1) }, START)
  tally.count(line(c ?? '', 2), START)
  assert.deepEqual([tally.glued, tally.rows().map((row) => row[5])], [1, [1, 0, 1]])
})

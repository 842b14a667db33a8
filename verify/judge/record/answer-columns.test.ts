import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AnswerRow } from '../../model/journal.ts'
import { AnswerRows, Answers } from './answer-columns.ts'

test('rows are read back as they were written, whole numbers or not', () => {
  const whole: AnswerRow[] = [
    [0, 12, 3, 200],
    [7, 40, 2_100, 0],
  ]
  for (const rows of [whole, [...whole, [8, 50.25, 1.5, 503]] satisfies AnswerRow[]]) {
    const read: number[][] = []
    new AnswerRows(rows).each((...cells) => read.push(cells))
    assert.deepEqual(read, rows)
  }
  assert.throws(() => new AnswerRows([null as never]), TypeError)
})

test('any rows come back: in order or not, far apart, with a status that changes, with cells that are no whole numbers', () => {
  const cell = fc.oneof(fc.integer({ min: -9, max: 600 }), fc.constantFrom(2 ** 50, -(2 ** 50), 0.5, -0, NaN))
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell), { maxLength: 12 }), (rows) => {
      const read: number[][] = []
      new AnswerRows(rows).each((...cells) => read.push(cells))
      assert.deepEqual(read, rows)
    }),
  )
})

test('a usual row takes two bytes', () => {
  const rows = Array.from({ length: 1_000 }, (_, row): AnswerRow => [row, 226 + 250 * row + (row % 3), 5 + (row % 7), 200])
  const { cells } = new AnswerRows(rows) as unknown as { cells: Uint8Array }
  assert.ok(cells.byteLength < 2 * rows.length + 20, `${cells.byteLength} bytes`)
})

test('answers are in the order they were sent', () => {
  const answers = new Answers([30, 10, 20, 20], [1, 2, 3, 4], [200, 500, 200, 0])
  const taken = (some: { tookMs: number }[]): number[] => some.map(({ tookMs }) => tookMs)
  assert.deepEqual(taken(answers.filter(() => true)), [2, 3, 4, 1])
  assert.deepEqual(taken(answers.filter(({ status }) => status === 200)), [3, 1])
  assert.deepEqual(taken(answers.between(10, 20)), [2, 3, 4])
  assert.deepEqual(taken(answers.between(11, 30)), [3, 4, 1])
  assert.deepEqual(taken(answers.between(31, 99)), [])
})

test('the nearest answer on either side is found, the odd one passed over', () => {
  const answers = new Answers([10, 20, 30, 40], [1, 2, 3, 4], [200, 500, 500, 200])
  const good = ({ status }: { status: number }): boolean => status === 200
  assert.equal(answers.lastBefore(40, good)?.sentMs, 10)
  assert.equal(answers.lastBefore(41, good)?.sentMs, 40)
  assert.equal(answers.lastBefore(10, good), undefined)
  assert.equal(answers.firstAfter(10, good)?.sentMs, 40)
  assert.equal(answers.firstAfter(40, good), undefined)
})

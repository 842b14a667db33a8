import assert from 'node:assert/strict'
import { test } from 'node:test'
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

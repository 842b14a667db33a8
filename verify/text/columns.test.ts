import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns, widthOf, wrapped } from './columns.ts'

test('a table follows the terminal between 80 and 140 columns, and takes 100 where there is none', () => {
  assert.deepEqual([{}, { columns: 40 }, { columns: 120 }, { columns: 400 }].map(widthOf), [100, 80, 120, 140])
})

test('cells wrap at words and stay in their column; a word that is too long is cut', () => {
  assert.deepEqual(wrapped('one two three', 7), ['one two', 'three'])
  assert.deepEqual(wrapped('abcdefghij', 4), ['abcd', 'efgh', 'ij'])
  assert.deepEqual(wrapped('', 4), [''])
  const rows = [
    ['id', 'a title that goes on and on'],
    ['longer-id', 'short'],
  ]
  assert.deepEqual(columns(rows, 36), ['id         a title that goes on and', '           on', 'longer-id  short'])
})

test('nothing is wider than asked for, whatever the cells hold', () => {
  for (const width of [80, 100, 140])
    for (const row of columns(
      [
        ['x'.repeat(200), 'y'.repeat(50), `${'z'.repeat(300)} and words`],
        ['', '', ''],
      ],
      width,
    ))
      assert.ok(row.length <= width, `${row.length} > ${width}`)
})

test('control characters do not reach the terminal, and colour does not shift a column', () => {
  const [plain] = columns([['a\u001b[31m', 'b']], 80)
  assert.equal(plain, 'a\\x1b[31m  b')
  const [painted] = columns([['ab', 'c']], 80, (text, _, column) => (column === 0 ? `<${text}>` : text))
  assert.equal(painted, '<ab>  c')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInstant } from '../text/instant.ts'
import { applyDisables } from './disable-comments.ts'

const NOW = parseInstant('2026-11-26T12:00:00Z') ?? 0
const KNOWN = ['rule-for-on-grid', 'rule-exists']

/** One finding of rule-for-on-grid in `line`, beside the comments of the text. */
function applied(
  text: string,
  line: number,
  options: { file?: string; nowMs?: number; ran?: string[] } = {},
): [string[], string[], string[]] {
  const file = options.file ?? 'rules.yml'
  const { kept, suppressed, remarks } = applyDisables(
    [{ id: 'rule-for-on-grid', subject: 'A', file, line }],
    [{ file, path: file, text, lineOffset: 0, columnOffset: 0 }],
    { known: KNOWN, ran: new Set(options.ran ?? KNOWN), nowMs: options.nowMs ?? NOW },
  )
  return [kept.map(({ id }) => id), suppressed.map(({ until, reason }) => `${until} ${reason}`), remarks.map(({ id }) => id)]
}

test('a comment suppresses in the line below, past further comments, and at the end of a line in that line', () => {
  const suppressed = [[], ['2027-01-31 why'], []]
  assert.deepEqual(applied('# firedrill disable rule-for-on-grid until 2027-01-31: why\nfor: 20s\n', 2), suppressed)
  assert.deepEqual(applied('# firedrill disable rule-for-on-grid until 2027-01-31: why\n# more\n\nfor: 20s\n', 4), suppressed)
  assert.deepEqual(applied('for: 20s # firedrill disable rule-for-on-grid until 2027-01-31: why\n', 1), suppressed)
})

test('another check, another line and another kind of file are not suppressed, and the comment is unused', () => {
  const unused = [['rule-for-on-grid'], [], ['disable-comment-unused']]
  assert.deepEqual(applied('# firedrill disable rule-exists until 2027-01-31: why\nfor: 20s\n', 2), unused)
  assert.deepEqual(applied('# firedrill disable rule-for-on-grid until 2027-01-31: why\nfor: 20s\nx: y\n', 3), unused)
  assert.deepEqual(applied('# firedrill disable rule-for-on-grid until 2027-01-31: why\n', 2, { file: 'a.json' }), [
    ['rule-for-on-grid'],
    [],
    [],
  ])
})

test('a comment about a check that did not run is not called unused', () => {
  assert.deepEqual(applied('# firedrill disable rule-exists until 2027-01-31: why\nfor: 20s\n', 2, { ran: ['rule-for-on-grid'] })[2], [])
})

test('the date is the last day; afterwards the finding is back and the comment is expired', () => {
  const text = 'for: 20s # firedrill disable rule-for-on-grid until 2026-11-26: why\n'
  assert.deepEqual(applied(text, 1), [[], ['2026-11-26 why'], []])
  assert.deepEqual(applied(text, 1, { nowMs: NOW + 12 * 3_600_000 }), [['rule-for-on-grid'], [], ['disable-comment-expired']])
})

test('an incomplete comment suppresses nothing and says what is missing', () => {
  for (const [comment, missing] of [
    ['# firedrill disable', /^a check/],
    ['# firedrill disable rule-for-on-gird until 2027-01-31: why', /rule-for-on-grid/],
    ['# firedrill disable rule-for-on-grid', /^a date/],
    ['# firedrill disable rule-for-on-grid: why', /^a date/],
    ['# firedrill disable rule-for-on-grid until 2027-13-01: why', /^a date/],
    ['# firedrill disable rule-for-on-grid until 2027-01-31', /^a reason/],
    ['# firedrill disable rule-for-on-grid until 2027-01-31:  ', /^a reason/],
  ] as const) {
    const text = `for: 20s ${comment}\n`
    assert.deepEqual(applied(text, 1), [['rule-for-on-grid'], [], ['disable-comment-malformed']], comment)
    const { remarks } = applyDisables([], [{ file: 'a.yml', path: 'a.yml', text, lineOffset: 0, columnOffset: 0 }], {
      known: KNOWN,
      ran: new Set(),
      nowMs: NOW,
    })
    assert.match(remarks[0]?.expected ?? '', missing, comment)
    assert.deepEqual([remarks[0]?.at.line, remarks[0]?.at.column], [1, 10], comment)
  }
})

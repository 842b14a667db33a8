import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { htmlInMarkdown, markdown } from './escape.ts'

test('what is no markup at its place stays readable in Markdown', () => {
  for (const text of [
    'no series http_server_requests_seconds_count{job="rate-limiter",status=~"5..",uri!="/actuator/prometheus"} yet',
    'rate(x[5m]) * 60 > 1000 and a < 5',
    'GET /gateway/** > GET',
    'C:\\logs, 5 & 6, $value, ~3 s',
    'a # b, 50 % of 3, user @ host',
    '-5 ms',
    '3.5 s',
  ])
    assert.equal(markdown(text), text)
})

const MARKUP: [text: string, escaped: string][] = [
  ['<script>alert(1)</script>', '&#60;script>alert(1)&#60;/script>'],
  ['<!-- x', '&#60;!-- x'],
  ['&lt;b> and &#60;i>', '&#38;lt;b> and &#38;&#35;60;i>'],
  ['a|b', 'a&#124;b'],
  ['@team and a@b.c', '&#64;team and a&#64;b.c'],
  ['fixes #12', 'fixes &#35;12'],
  ['https://a.b and WWW.c.d', 'https&#58;//a.b and WWW&#46;c.d'],
  ['*a* **b**', '\\*a* \\*\\*b**'],
  ['_a_ __b__ c_d', '\\_a\\_ \\_\\_b\\_\\_ c_d'],
  ['~a~ ~~b~~', '\\~a\\~ \\~\\~b\\~\\~'],
  ['`a`', '\\`a\\`'],
  ['$a$', '&#36;a&#36;'],
  ['![a](b) [c][d]', '![a&#93;(b) [c&#93;[d]'],
  ['[a]: b', '&#91;a&#93;: b'],
  ['x [^1]', 'x &#91;^1]'],
  ['\\*a', '\\\\\\*a'],
  ['a\\', 'a\\\\'],
  ['# a', '&#35; a'],
  ['- a', '\\- a'],
  ['* a', '\\* a'],
  ['+ a', '\\+ a'],
  ['1. a', '1\\. a'],
  ['> a', '\\> a'],
  ['---', '\\-\\-\\-'],
  ['[x] a', '&#91;x] a'],
]
for (const [text, escaped] of MARKUP) test(`${text} is no markup in Markdown`, () => assert.equal(markdown(text), escaped))

test('beside other outside text, what alone means nothing is escaped as well', () => {
  assert.equal(markdown('a** b ~ ` $', true), 'a\\*\\* b \\~ \\` &#36;')
})

test('whatever the text, no tag, mention, address, cell border or line begins in it, and nothing of it is lost', () => {
  const piece = fc.constantFrom(...'<>&|@#*_~`$[]()\\!-+=.:/ \n'.split(''), 'a', '1', 'http://', 'www.', '&lt;', '<b>', '](')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, within) => {
      const text = pieces.join('')
      const escaped = markdown(text, within)
      assert.doesNotMatch(escaped, /<[A-Za-z/!?]|@\w|\||\n|https?:\/\/|\bwww\.|#\d(?!\d*;)/i)
      // As a reader of Markdown undoes it.
      const shown = escaped.replace(/\\([!-/:-@[-`{-~])|&#(\d+);/g, (_, char: string | undefined, code: string) =>
        char === undefined ? String.fromCharCode(Number(code)) : char,
      )
      assert.equal(shown, text.replace(/\s+/g, ' ').trim())
    }),
    { numRuns: 2_000 },
  )
})

test('outside text within a line of HTML is neither HTML nor a mention nor an address', () => {
  assert.equal(htmlInMarkdown('</summary> *a* @b http://c'), '&#60;/summary&#62; *a* &#64;b http&#58;//c')
})

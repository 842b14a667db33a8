import { test } from 'node:test'
import assert from 'node:assert/strict'
import { REPORT_SCHEMA } from '../model/report.ts'
import type { Report } from '../model/report.ts'
import type { Block } from './blocks.ts'
import { documentOf } from './document.ts'
import { html as escapedHtml, htmlInMarkdown, markdown as escapedMarkdown } from './escape.ts'
import { consoleText, formats, html } from './formats.ts'
import { pageOf } from './page/make-page.ts'
import { HOSTILE, report } from '../../testing/report/small-report.ts'

const CODE = { script: 'draw()', scriptHash: 'sha256-A', style: 'a{}', styleHash: 'sha256-B' }
const pageText = (about: Report): string => html(about, { page: pageOf({ entries: [], problems: [] }, about), code: CODE })

test('every format tells the outcome, the failure and its reason', () => {
  for (const [name, render] of Object.entries(formats)) {
    const text = render(report())
    assert.match(text, /notification-delivered/, name)
    assert.match(text, /source-unreachable/, name)
    assert.equal(render(report()), text, `${name} is not deterministic`)
  }
})

test('json is the report itself, under the name of its schema', () => {
  assert.deepEqual(JSON.parse(formats.json(report(HOSTILE))), { $schema: REPORT_SCHEMA, ...report(HOSTILE) })
})

test('SARIF has what failed as error, what is unknown as warning, and each beside the line of the journal that it rests on', () => {
  const {
    runs: [run],
  } = JSON.parse(formats.sarif(report(HOSTILE))) as {
    runs: {
      results: {
        ruleId: string
        ruleIndex: number
        level: string
        locations: { physicalLocation: { region: { startLine: number } }; logicalLocations: { name: string }[] }[]
      }[]
      tool: { driver: { rules: { id: string }[] } }
      invocations: { executionSuccessful: boolean; startTimeUtc: string }[]
    }[]
  }
  assert.ok(run !== undefined)
  assert.deepEqual(
    run.results.map(({ ruleId, level, locations: [place] }) => [
      ruleId,
      level,
      place?.physicalLocation.region.startLine,
      place?.logicalLocations[0]?.name,
    ]),
    [
      ['notification-delivered', 'error', 4, 'redis-killed'],
      ['trace-complete', 'warning', 1, 'path-moalog'],
    ],
  )
  for (const { ruleId, ruleIndex } of run.results) assert.equal(run.tool.driver.rules[ruleIndex]?.id, ruleId)
  assert.equal(run.invocations[0]?.executionSuccessful, true)
  const cutOff = JSON.parse(formats.sarif({ ...report(), ended: 'cut off', startedMs: Number.NaN })) as {
    runs: { invocations: unknown[] }[]
  }
  assert.match(JSON.stringify(cutOff.runs[0]?.invocations), /"executionSuccessful":false,"exitCode":1,"endTimeUtc":"2026-/)
})

test('hostile text stays text in HTML', () => {
  const page = pageText(report(HOSTILE))
  assert.deepEqual(page.match(/<script[^>]*>/g), ['<script type="application/json" id="page">', '<script>'])
  assert.equal(page.match(/<\/script>/g)?.length, 2)
  assert.deepEqual(JSON.parse(/id="page">(.*?)<\/script>/s.exec(page)?.[1] ?? '').report.outcome, 'fail')
  assert.doesNotMatch(page, /\u001b|\u0000|[\ud800-\udfff](?![\udc00-\udfff])/)
  // Outside of the entities nothing that came from outside may open or close a tag or an attribute.
  const tags = page.match(/<[^>]*>/g) ?? []
  assert.ok(tags.every((tag) => !tag.includes('alert(1)') || /aria-label="[^"]*"/.test(tag)))
  assert.equal(page.match(/<details/g)?.length, page.match(/<\/details>/g)?.length)
})

test('HTML is one file that asks nobody for anything and lets nothing run but its own script and style', () => {
  const page = pageText(report())
  assert.doesNotMatch(page, /\b(?:src|href)=|@import|url\(/)
  assert.match(page, /name="viewport"/)
  assert.match(page, /content="default-src 'none'; script-src 'sha256-A'; style-src 'sha256-B'; base-uri 'none'; form-action 'none'"/)
})

test('without a script the answer, the causes and the tables are there', () => {
  const fixed = /<div id="static">(.*)<\/div>\n<script/s.exec(pageText(report()))?.[1] ?? ''
  for (const part of [
    'A promise was broken.',
    'The notification did not reach its receiver in time',
    'RedisConnectionFailed',
    'source-unreachable',
  ])
    assert.ok(fixed.includes(part), part)
})

test('report.md and the page without a script say the same, and first what is wrong', () => {
  const about = report()
  const fixed = /<div id="static">(.*)<\/div>\n<script/s.exec(pageText(about))?.[1] ?? ''
  const texts = (block: Block): string[] =>
    block.kind === 'folded'
      ? [block.summary, ...block.blocks.flatMap(texts)]
      : block.kind === 'table'
        ? [...block.head, ...block.rows.flat().filter((cell) => typeof cell === 'string')]
        : block.kind === 'list'
          ? block.items
          : [block.text]
  const all = documentOf(about).blocks.flatMap(texts)
  assert.ok(all.length > 60)
  const page = formats.markdown(about)
  for (const text of all) {
    assert.ok(fixed.includes(escapedHtml(text)), text)
    assert.ok(page.includes(escapedMarkdown(text)) || page.includes(htmlInMarkdown(text)), text)
  }
  for (const [whole, causes, rules] of [
    [page, '## Causes', '| rule |'],
    [fixed, '<h2>Causes</h2>', '<th scope="col">rule</th>'],
  ] as const)
    assert.ok(whole.indexOf(causes) !== -1 && whole.indexOf(causes) < whole.indexOf(rules))
})

test('hostile text stays one cell in Markdown', () => {
  const page = formats.markdown(report(HOSTILE))
  assert.doesNotMatch(page, /<script|\]\(javascript|\u001b|@team|https?:\/\//)
  const rows = page.split('\n').filter((row) => row.startsWith('| RedisConnectionFailed'))
  assert.ok(rows.length > 0)
  for (const row of rows) assert.equal(row.split('|').length, 10)
})

test('hostile text is legal XML in JUnit, and fail, unknown and skipped are failure, error and skipped', () => {
  const text = formats.junit(report(HOSTILE))
  // XML 1.0 has no place for these, not even as entities.
  assert.doesNotMatch(text, new RegExp('[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f]'))
  const plain = formats.junit(report())
  assert.match(plain, /<testsuites[^>]* tests="4"[^>]* failures="1"[^>]* errors="1"[^>]* skipped="1"/)
  assert.equal(plain.match(/<failure /g)?.length, 1)
  assert.equal(plain.match(/<error /g)?.length, 1)
  assert.equal(plain.match(/<skipped/g)?.length, 1)
  assert.equal(wellFormed(text), '')
})

test('a run that did not end is an error in JUnit, too', () => {
  assert.match(formats.junit({ ...report(), ended: 'interrupted' }), /<error message="it ended: interrupted"/)
})

test('the terminal gets no escape sequence but our own colours, and those only when asked', () => {
  assert.doesNotMatch(formats.console(report(HOSTILE)), /\u001b/)
  const colored = consoleText(report(HOSTILE), { color: true, width: 100 })
  assert.match(colored, /\u001b\[31mFAIL/)
  assert.doesNotMatch(colored, /\u001b\[31mred/)
  assert.match(formats.console(report()), /1 passed, 1 failed, 1 unknown, 1 skipped in 1 min 30 s/)
})

/** A reader of just enough XML: tags nest, attributes are quoted, & begins an entity. '' when so, else where it breaks. */
function wellFormed(text: string): string {
  const open: string[] = []
  let rest = text.replace(/^<\?xml[^?]*\?>/, '')
  while (rest !== '') {
    const cdata = /^<!\[CDATA\[[\s\S]*?\]\]>/.exec(rest)
    const tag = /^<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+="[^"<]*")*)\s*(\/?)>/.exec(rest)
    const chars = /^[^<&]+|^&(?:#x?[0-9A-Fa-f]+|amp|lt|gt|quot|apos);/.exec(rest)
    const found = cdata ?? tag ?? chars
    if (found === null) return rest.slice(0, 60)
    if (tag !== null && cdata === null) {
      if (/&(?!(?:#x?[0-9A-Fa-f]+|amp|lt|gt|quot|apos);)/.test(tag[3] ?? '')) return tag[0]
      if (tag[1] === '/') {
        if (open.pop() !== tag[2]) return tag[0]
      } else if (tag[4] !== '/') open.push(tag[2] ?? '')
    }
    rest = rest.slice(found[0].length)
  }
  return open.join()
}

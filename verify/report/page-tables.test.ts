import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namedText } from '../../testing/journals/named-journal.ts'
import { judge } from '../judge/judge.ts'
import { parseJournal } from '../judge/record/parse-journal.ts'
import type { Page } from '../model/page.ts'
import { html as escaped } from './escape.ts'
import { html } from './formats.ts'
import { pageTables } from './page-tables.ts'
import { pageOf } from './page/make-page.ts'
import { summarise } from './summarise.ts'

const CODE = { script: 'draw()', scriptHash: 'sha256-A', style: 'a{}', styleHash: 'sha256-B' }

function pageOfNamed(name: string): Page {
  const journal = parseJournal(namedText(name))
  return pageOf(journal, summarise(journal, judge(journal)))
}

/** What stands below a heading: the head of the table and its rows. */
function tableOf(page: Page, heading: string): string[][] {
  const blocks = pageTables(page)
  const place = blocks.findIndex((block) => block.kind === 'heading' && block.text.startsWith(heading))
  const found = blocks[place + 1]
  assert.ok(place !== -1 && found?.kind === 'table', heading)
  const text = (cell: (typeof found.rows)[number][number]): string =>
    typeof cell === 'string' ? cell : 'status' in cell ? [cell.status, cell.text].filter(Boolean).join(' ') : ''
  return [found.head, ...found.rows.map((row) => row.map(text))]
}

test('the matrix of rules and proofs has every cell that the page draws', () => {
  const page = pageOfNamed('alertmanager-not-notified')
  const { columns, rows } = page.proofs
  const [head, ...own] = tableOf(page, 'What is proven')
  assert.deepEqual(
    head!.slice(3),
    columns.map(({ title }) => title),
  )
  assert.deepEqual(
    own.map((row) => [row[0], ...row.slice(3)]),
    rows.map(({ alert, cells }) => [alert, ...cells.map(({ status, none }) => status ?? none)]),
  )
  const delivered = head!.indexOf('delivered')
  assert.ok(own.some((row) => row[delivered] === 'fail' && row.includes('pass')))
  assert.ok(pageTables(page).some((block) => block.kind === 'line' && block.text === 'Not run before it: lint, simulate.'))
})

test('the table of experiments and alerts says what fired, what had to, and which of it breaks a promise', () => {
  const page = pageOfNamed('all-well')
  const [head, ...own] = tableOf(page, 'Which alert fired')
  assert.deepEqual(head, ['experiment', ...page.isolation.alerts])
  assert.equal(own.length, page.isolation.rows.length)
  for (const [at, { cells }] of page.isolation.rows.entries())
    for (const [column, { expected, fired, byOther }] of cells.entries()) {
      const text = own[at]![column + 1]!
      assert.equal(text.includes('● fired'), fired && !byOther)
      assert.equal(text.endsWith('(may)'), expected === 'may')
    }
  const [first] = page.isolation.rows
  const wrong = { expected: 'must not', fired: true, byOther: false, wrong: true, opens: '' } as const
  const missing = { ...wrong, expected: 'must', fired: false } as const
  const broken = { ...page, isolation: { alerts: ['A', 'B'], rows: [{ ...first!, cells: [wrong, missing] }] } }
  assert.deepEqual(tableOf(broken, 'Which alert fired')[1]!.slice(1), ['fail ● fired', 'fail ○ must fire'])
})

test('the chain of each experiment ends where it broke, as the rule page draws it', () => {
  const page = pageOfNamed('alertmanager-not-notified')
  const [head, ...own] = tableOf(page, 'The chain of each experiment')
  for (const [experiment, ...links] of own) {
    const { chain } = page.signals[experiment!]!
    assert.deepEqual(
      links.filter((text) => text !== ''),
      chain.map(({ status }) => status),
    )
    assert.deepEqual(
      head!.slice(1).filter((_, index) => links[index] !== ''),
      chain.map(({ name }) => name),
    )
  }
  assert.ok(own.some((row) => row.includes('fail') && row.includes('not reached')))
})

test('panels and outages have the numbers of their charts', () => {
  const page = pageOfNamed('all-well')
  assert.equal(tableOf(page, 'What the SLO panels').length - 1, page.panels.flatMap(({ lines }) => lines).length)
  assert.equal(tableOf(page, 'How long answers').length - 1, page.outages.flatMap(({ spreads }) => spreads).length)
  const [, row] = tableOf(
    { ...page, outages: [{ ...page.outages[0]!, spreads: [{ of: 'line', sent: 4, came: 0, quantiles: null }] }] },
    'How long',
  )
  assert.deepEqual(row!.slice(1), ['line', '0 of 4', 'none', 'none', 'none', 'none'])
})

test('names from outside stay text in them', () => {
  const page = pageOfNamed('all-well')
  const evil = '</td><script>alert(1)</script>\u202e'
  const { alerts, rows } = page.isolation
  const hostile: Page = {
    ...page,
    isolation: { alerts: alerts.map(() => evil), rows: rows.map((row) => ({ ...row, experiment: evil })) },
    proofs: { ...page.proofs, rows: page.proofs.rows.map((row) => ({ ...row, alert: evil, severity: evil })) },
    panels: page.panels.map((panel) => ({ ...panel, title: evil })),
  }
  const text = html(hostile.report, { page: hostile, code: CODE })
  const [before = ''] = text.split('<script type="application/json"')
  assert.ok(before.includes(escaped(evil)))
  assert.doesNotMatch(before, /<script>|\u202e/)
})

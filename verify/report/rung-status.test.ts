import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../model/lint-finding.ts'
import type { Rung } from '../model/rung.ts'
import { allWell } from '../../testing/journals/named-journal.ts'
import { documentOf } from './document.ts'
import { markdown } from './markdown.ts'
import { pageOf } from './page/make-page.ts'
import { rungStatus, rungText, wholeRungs } from './rung-status.ts'
import { summarise } from './summarise.ts'

const clean = (rung: Rung['rung'], change: Partial<Rung> = {}): Rung => ({
  rung,
  files: ['monitoring'],
  findings: [],
  untested: [],
  problems: [],
  ...change,
})
const finding = (change: Partial<Finding>): Finding => ({
  id: 'rule-for-matches',
  severity: 'error',
  subject: 'RedisConnectionFailed',
  file: 'monitoring/alert-rules.yml',
  line: 12,
  column: 9,
  expected: '30s',
  observed: '1m',
  message: 'The rule waits longer than specified',
  ...change,
})

test('a rule passes a rung that ran, tested it and found no error of it; without the rung nothing is assumed', () => {
  const of = (rung: Rung | undefined): unknown => rungStatus(rung, 'RedisConnectionFailed').status
  assert.equal(of(undefined), null)
  assert.equal(of(clean('lint')), 'pass')
  assert.equal(of(clean('lint', { findings: [finding({})] })), 'fail')
  assert.equal(of(clean('lint', { findings: [finding({ subject: 'HighLatency' })] })), 'pass')
  assert.equal(of(clean('lint', { findings: [finding({ severity: 'warning' })] })), 'pass')
  assert.equal(of(clean('lint', { problems: ['monitoring/alert-rules.yml: is no YAML'] })), 'unknown')
  assert.equal(of(clean('lint', { untested: ['rules: no rule file was given'] })), 'unknown')
  assert.equal(of(clean('simulate', { untested: ['rules: promtool is not installed'] })), 'unknown')
  assert.equal(of(clean('simulate', { untested: ['RedisConnectionFailed redis: at `for`: the own rule fails'] })), 'unknown')
  assert.equal(of(clean('simulate', { untested: ['RedisConnectionFailedTwice: no boundary', 'inhibition: no labels'] })), 'pass')
})

test('a file that promtool, amtool or Alertmanager refuses fails every rule of it: none was tested', () => {
  for (const subject of ['rules', 'routing', 'Alertmanager']) {
    const { status, findings } = rungStatus(clean('simulate', { findings: [finding({ subject })] }), 'HighLatency')
    assert.deepEqual([status, findings.length], ['fail', 1], subject)
  }
})

test('a rung in one sentence has what was read, found and not tested', () => {
  assert.equal(rungText(clean('lint')), 'lint of monitoring: nothing found')
  assert.equal(
    rungText(clean('lint', { findings: [finding({}), finding({ severity: 'note' }), finding({ severity: 'note' })], more: 3 })),
    'lint of monitoring: 1 error, 2 notes; 3 further findings are not here',
  )
  assert.equal(
    rungText(clean('simulate', { untested: ['rules: promtool is not installed'] })),
    'simulate of monitoring: nothing found; not tested: rules: promtool is not installed',
  )
  assert.equal(rungText(clean('simulate', { files: [], problems: ['no such file'] })), 'simulate of no file: could not tell; no such file')
})

test('of a damaged header only whole rungs are taken', () => {
  assert.deepEqual(wholeRungs(undefined), [])
  assert.deepEqual(wholeRungs('rungs'), [])
  const whole = clean('lint', { findings: [finding({})] })
  const damaged = [{ ...whole, files: 3 }, { ...whole, findings: [{ ...finding({}), line: 'x' }] }, null, { ...whole, rung: 'other' }]
  assert.deepEqual(wholeRungs([...damaged, whole]), [whole])
})

test('the matrix begins with the rungs that were run, and says which were not', () => {
  const journal = allWell()
  const matrixOf = (rungs: Rung[] | undefined): { columns: string[]; notRun: string[]; cell: unknown } => {
    const entries = journal.entries.map((entry) => (entry.kind === 'header' && rungs !== undefined ? { ...entry, rungs } : entry))
    const { columns, rows, without } = pageOf({ ...journal, entries }, summarise({ ...journal, entries }, [])).proofs
    return {
      columns: columns.map(({ title }) => title),
      notRun: without.flatMap(({ title, none }) => (none === 'not run' ? [title] : [])),
      cell: rows.find(({ alert }) => alert === 'RedisConnectionFailed')!.cells[0],
    }
  }
  assert.deepEqual(matrixOf(undefined), { columns: [], notRun: ['lint', 'simulate'], cell: undefined })
  assert.deepEqual(matrixOf([clean('lint', { findings: [finding({})] })]), {
    columns: ['lint'],
    notRun: ['simulate'],
    cell: {
      status: 'fail',
      none: 'not run',
      says: ['monitoring/alert-rules.yml:12 The rule waits longer than specified (rule-for-matches)'],
      opens: 'rungs',
    },
  })
})

test('report.md says what the page says of them', () => {
  const journal = allWell()
  const report = { ...summarise(journal, []), rungs: [clean('lint', { findings: [finding({})] }), clean('simulate')] }
  assert.ok(documentOf(report).blocks.some((block) => block.kind === 'heading' && block.text === 'Lint and simulate'))
  const text = markdown(report)
  assert.match(text, /lint of monitoring: 1 error/)
  assert.match(text, /monitoring\/alert-rules\.yml:12:9/)
  assert.doesNotMatch(markdown(summarise(journal, [])), /Lint and simulate/)
})

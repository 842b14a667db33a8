import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalEntry } from '../../model/journal.ts'
import { judge, judgeLines } from '../judge.ts'
import { parseJournal } from './parse-journal.ts'
import { summarise } from '../../report/summarise.ts'
import { run } from '../../../testing/journals/honest-run.ts'
import { namedText } from '../../../testing/journals/named-journal.ts'

const text =
  run()
    .entries.map((entry) => JSON.stringify(entry))
    .join('\n') + '\n'

test('what was written is read back without a problem', () => {
  const journal = parseJournal(text)
  assert.deepEqual(journal, run())
})

test('a torn last line is left out and said', () => {
  const journal = parseJournal(text.slice(0, -40))
  assert.equal(journal.entries.length, run().entries.length - 1)
  assert.match(journal.problems.join('\n'), /torn/)
  assert.match(journal.problems.join('\n'), /no footer/)
})

test('damage in the middle, missing entries, unknown kinds and another version are said, and the rest is read', () => {
  const lines = text.split('\n')
  lines[3] = '{"seq":3,"atMs":1,"kind":"hologram"}'
  lines[5] = 'garbage'
  lines.splice(8, 1)
  const other = parseJournal(lines.join('\n').replace('"version":1', '"version":7'))
  const problems = other.problems.join('\n')
  assert.match(problems, /unknown kind "hologram"/)
  assert.match(problems, /1 unreadable line/)
  assert.match(problems, /sequence number 9 where 8 was expected|entries are missing/)
  assert.match(problems, /version 7/)
  assert.ok(judge(other).length > 0)
})

test('hostile contents of a known kind do not stop the judge', () => {
  const bad: unknown[] = [
    { seq: 0, atMs: 1, kind: 'alerts-series', metric: 'ALERTS', series: null },
    { seq: 1, atMs: 1, kind: 'raw', query: 'up', series: [{ metric: {}, values: [['x', '1']] }] },
    { seq: 2, atMs: 1, kind: 'notification', body: { alerts: [null, 3, { labels: 'x' }] }, arrivedMs: 1, receiver: 'r' },
    { seq: 3, atMs: 1, kind: 'evaluated', series: 7 },
  ]
  const journal = parseJournal(text + bad.map((entry) => JSON.stringify(entry)).join('\n'))
  assert.ok(judge(journal).length > 0)
  assert.deepEqual(
    judge({ entries: bad as JournalEntry[], problems: [] })
      .map((verdict) => verdict.status)
      .filter((status) => status === 'fail'),
    [],
  )
})

test('an empty journal gives problems and nothing that passes', () => {
  const journal = parseJournal('')
  assert.match(journal.problems.join('\n'), /no header/)
  assert.deepEqual(
    judge(journal).filter((verdict) => verdict.status === 'pass' && verdict.subject !== 'drill'),
    [],
  )
})

test('line by line gives the same verdicts, byte for byte', async () => {
  async function* lines(): AsyncIterable<string> {
    yield* text.split('\n')
  }
  const streamed = await judgeLines(lines())
  assert.equal(JSON.stringify(streamed.verdicts), JSON.stringify(judge(parseJournal(text))))
  assert.equal(JSON.stringify(judge(run())), JSON.stringify(judge(run())))
})

test('a header that says nothing of what was promised is none, and everything is judged and told all the same', () => {
  const [first = '', ...rest] = text.trim().split('\n')
  for (const lost of ['spec', 'plan'] as const) {
    for (const value of [undefined, null, 5, {}]) {
      const journal = parseJournal([JSON.stringify({ ...(JSON.parse(first) as object), [lost]: value }), ...rest])
      assert.match(journal.problems.join('\n'), /line 1: the header holds no specification or no plan; skipped\nno header/)
      const verdicts = judge(journal)
      assert.equal(summarise(journal, verdicts).exitCode, 3)
    }
  }
})

/** A drill with a broken promise, as its lines; damaged, it must accuse no one. */
const failing = namedText('for-doubled').trim().split('\n')
const outcomeOf = (lines: string[]): { exitCode: number; problems: string } => {
  const journal = parseJournal(lines)
  return { exitCode: summarise(journal, judge(journal)).exitCode, problems: journal.problems.join('\n') }
}
const swapped = (lines: string[], one: number, other: number): string[] =>
  lines.map((line, index) => (index === one ? lines[other]! : index === other ? lines[one]! : line))

test('entries out of order, repeated or lost are damage (exit 3), not a broken promise; the same journal undamaged fails', () => {
  assert.deepEqual(outcomeOf(failing), { exitCode: 1, problems: '' })
  const damaged: [string, string[], RegExp][] = [
    ['two entries swapped', swapped(failing, 5, 9), /line 6: sequence number 9 where 5 was expected; entries are missing/],
    [
      'all entries behind the header backwards',
      [failing[0]!, ...failing.slice(1).reverse()],
      /repeated or out of order \(\d+ more of the kind\)/,
    ],
    ['an entry twice', failing.toSpliced(7, 0, failing[7]!), /line 8: sequence number 7 where 8 was expected|entries are repeated/],
    ['an entry lost', failing.toSpliced(7, 1), /line 8: sequence number 8 where 7 was expected; entries are missing/],
    ['half a line in the middle', failing.with(7, failing[7]!.slice(0, 20)), /1 unreadable line/],
  ]
  for (const [what, lines, said] of damaged) {
    const { exitCode, problems } = outcomeOf(lines)
    assert.equal(exitCode, 3, what)
    assert.match(problems, said, what)
    assert.ok(problems.split('\n').length <= 4, `one sentence a kind, not one a line: ${problems}`)
  }
})

test('damage is the same line by line', async () => {
  async function* lines(): AsyncIterable<string> {
    yield* swapped(failing, 5, 9)
  }
  const { verdicts } = await judgeLines(lines())
  assert.ok(!verdicts.some(({ status }) => status === 'fail'))
  assert.match(verdicts.find(({ cause }) => cause === 'evidence-missing')?.observed ?? '', /But the journal is damaged: line/)
})

import { test } from 'node:test'
import assert from 'node:assert/strict'
import type { JournalEntry } from '../../model/journal.ts'
import { judge, judgeLines } from '../judge.ts'
import { parseJournal } from './parse-journal.ts'
import { summarise } from '../../report/summarise.ts'
import { run } from '../../../testing/honest-run.ts'

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

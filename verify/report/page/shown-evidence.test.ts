import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allWell } from '../../../testing/journals/named-journal.ts'
import { judge } from '../../judge/judge.ts'
import type { JournalEntry } from '../../model/journal.ts'
import { summarise } from '../summarise.ts'
import { evidenceText, pointersOf } from './shown-evidence.ts'
import { drawnOf, pageOf } from './make-page.ts'

const JOURNAL = allWell()
const REPORT = summarise(JOURNAL, judge(JOURNAL))

test('every bar and mark of the lanes has its journal entry', () => {
  const page = pageOf(JOURNAL, REPORT)
  const pointers = page.lanes.flatMap(({ bars, marks }) => [...bars, ...marks].map(({ pointer }) => pointer))
  assert.ok(pointers.length > 100)
  assert.deepEqual(
    pointers.filter((seq) => page.evidence[seq] === undefined),
    [],
  )
  assert.deepEqual(drawnOf(JOURNAL, REPORT).evidence, {}, 'a running drill does not send them again and again')
})

test('verdicts, timelines and moments point at entries of the journal', () => {
  const known = new Set(JOURNAL.entries.map(({ seq }) => seq))
  const pointers = [...pointersOf(REPORT)]
  assert.ok(pointers.length > 100)
  assert.ok(pointers.every((seq) => known.has(seq)))
})

test('a short entry is there as it is; long lists and texts are cut and say so; none is long', () => {
  const leg = JOURNAL.entries.find(({ kind }) => kind === 'leg')!
  assert.deepEqual(JSON.parse(evidenceText(leg)), leg)
  const note: JournalEntry = { seq: 1, atMs: 2, kind: 'note', message: 'x'.repeat(1_000_000) }
  assert.equal((JSON.parse(evidenceText(note)) as { message: string }).message, `${'x'.repeat(300)} [... 1000000 characters]`)
  const raw = JOURNAL.entries.find((entry) => entry.kind === 'raw')!
  assert.match(evidenceText(raw), /\[\.\.\. \d+ more\]/)
  for (const entry of JOURNAL.entries) assert.ok(evidenceText(entry).length < 1_300)
})

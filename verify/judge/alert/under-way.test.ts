import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Journal } from '../../model/journal.ts'
import { judge } from '../judge.ts'
import { parseJournal } from '../record/parse-journal.ts'
import { alter } from '../../../testing/journals/honest-run.ts'
import { namedText } from '../../../testing/journals/named-journal.ts'

/** A live drill: the alert began 1.5 s after the fault, where the windows allow it after 4.4 s. */
const STORY = parseJournal(namedText('scrape-under-way'))
const found = (journal: Journal, check: string) =>
  judge(journal).find((each) => each.check === check && each.subject === 'slow-queries') ?? assert.fail('not judged')
const said = (journal: Journal): string[] => ['alert-pending', 'alert-fired'].map((check) => found(journal, check).status)

test('an alert that only an evaluation beside a scrape made early is judged by what every sample says, and both are shown', () => {
  assert.match(
    found(STORY, 'alert-pending').observed,
    /^activeAt 08:46:34\.127, 1\.515 s after the fault: 2\.879 s too early\. But a scrape was under way at 08:46:34\.127; with every sample the condition lasts from 08:46:40\.127$/,
  )
  assert.deepEqual(said(STORY), ['pass', 'pass'])
})

test('where no scrape was under way, early is early', () => {
  const quick = alter(STORY, 'raw', (entry) =>
    entry.query.startsWith('scrape_duration')
      ? {
          ...entry,
          series: entry.series.map((each) => ({ ...each, values: each.values.map(([atS]): [number, string] => [atS - 0.5, '0.001']) })),
        }
      : {
          ...entry,
          series: entry.series.map((each) => ({ ...each, values: each.values.map(([atS, up]): [number, string] => [atS - 0.5, up]) })),
        },
  )
  assert.deepEqual(said(quick), ['fail', 'fail'])
})

test('what every sample says is early is early: the same with all values a third above what they were', () => {
  const sooner = alter(STORY, 'evaluated', (entry) => {
    if (entry.what === 'injection') return entry
    const value = entry.series.map((each) => ({
      ...each,
      values: each.values.map(([atS, text]): [number, string] => [atS, String(Number(text) * 1.33)]),
    }))
    return { ...entry, series: value }
  })
  const values = sooner.entries.flatMap((entry) => (entry.kind === 'evaluated' && entry.what === 'value' ? [entry.series] : []))
  const held = alter(sooner, 'evaluated', (entry) =>
    entry.what === 'condition'
      ? { ...entry, series: (values[0] ?? []).map((each) => ({ ...each, values: each.values.filter(([, text]) => Number(text) > 10) })) }
      : entry,
  )
  assert.deepEqual(said(held), ['fail', 'fail'])
})

test('a rule that does otherwise than the samples say has no such excuse', () => {
  const second = alter(STORY, 'alerts-series', (entry) => ({
    ...entry,
    series: entry.series.map((each) => ({ ...each, values: each.values.map(([atS, text]): [number, string] => [atS - 1, text]) })),
  }))
  assert.deepEqual(said(second), ['fail', 'fail'])
})

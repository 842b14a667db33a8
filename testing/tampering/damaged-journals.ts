import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judge } from '../../verify/judge/judge.ts'
import { parseJournal } from '../../verify/judge/record/parse-journal.ts'
import { namedText } from '../journals/named-journal.ts'
import { seeded } from '../random/seeded-random.ts'
import { consoleText, formats, html, summarise } from '../../verify/report/formats.ts'
import { pageOf } from '../../verify/report/page/make-page.ts'

const LINES = namedText('all-well').trim().split('\n')
const VALUES: unknown[] = [null, 0, -1, 1e300, '', 'x', [], {}, true, [null], [[]], { a: null }]

/** One value somewhere in an entry replaced by another, or left out. */
function damaged(text: string, random: () => number): string {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  const entry = JSON.parse(text) as Record<string, unknown>
  for (let at: Record<string, unknown> = entry, depth = 0; ; depth++) {
    const key = pick(Object.keys(at))
    if (key === undefined) break
    const value = at[key]
    if (depth < 8 && typeof value === 'object' && value !== null && random() < 0.75) at = value as Record<string, unknown>
    else {
      if (random() < 0.3) Reflect.deleteProperty(at, key)
      else at[key] = pick(VALUES)
      break
    }
  }
  return JSON.stringify(entry)
}

/** So many journals, each with four damaged entries: every promise has its verdict, and every format shows it. */
export function tellsDamagedJournals(rounds: number): void {
  test('whatever a damaged journal holds, it is judged and shown in every format', () => {
    const random = seeded(7)
    const whole = judge(parseJournal(LINES)).length
    let open = 0
    for (let round = 0; round < rounds; round++) {
      const lines = [...LINES]
      // Not the header: without a plan there is nothing to count by.
      for (let hit = 0; hit < 4; hit++) {
        const index = 1 + Math.floor(random() * (lines.length - 1))
        lines[index] = damaged(lines[index] ?? '{}', random)
      }
      const journal = parseJournal(lines)
      const verdicts = judge(journal)
      assert.equal(verdicts.length, whole, 'every promise has its verdict')
      const report = summarise(journal, verdicts)
      for (const render of Object.values(formats)) assert.ok(render(report).length > 1_000)
      assert.ok(consoleText(report).length > 100)
      const code = { script: '', scriptHash: '', style: '', styleHash: '' }
      assert.ok(html(report, { page: pageOf(journal, report), code }).length > 1_000)
      open += verdicts.filter(({ status }) => status !== 'pass' && status !== 'skipped').length
    }
    assert.ok(open > 0, 'damage is noticed')
  })
}

import type { JournalEntry } from '../../model/journal.ts'
import type { Lane } from '../../model/page.ts'
import type { Report } from '../../model/report.ts'
import type { Verdict } from '../../model/verdict.ts'

/** Of an entry, in characters; the journal has all of it. */
const MOST_CHARS = 1_200
/** Of a text or a list within one. */
const MOST_TEXT = 300
const MOST_ITEMS = 3
/** A thorough drill has 600 entries. */
const MOST_ENTRIES = 1_500

/** A journal entry for reading: long texts and lists are cut, and say so. */
export function evidenceText(entry: JournalEntry): string {
  const text = JSON.stringify(entry, (_, value: unknown) => short(value), 1)
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS)}\n[... the rest is in the journal]` : text
}

function short(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)} [... ${value.length} characters]` : value
  if (!Array.isArray(value) || value.length <= MOST_ITEMS + 1) return value
  return [...(value as unknown[]).slice(0, MOST_ITEMS), `[... ${value.length - MOST_ITEMS} more]`]
}

/** Of the lanes' entries, which a page keeps all of. */
export function laneEvidence(entries: readonly JournalEntry[], lanes: readonly Lane[]): Record<number, string> {
  const wanted = new Set(lanes.flatMap(({ bars, marks }) => [...bars, ...marks].map(({ pointer }) => pointer)))
  const found = entries.filter(({ seq }) => wanted.has(seq)).slice(0, MOST_ENTRIES)
  return Object.fromEntries(found.map((entry) => [entry.seq, evidenceText(entry)]))
}

/** So many of a verdict's entries are named; those of what did not pass come first where there are too many. */
const SHOWN_POINTERS = 8

/** What a report's verdicts, timelines and moments point at. */
export function pointersOf({ rules, others }: Report): Set<number> {
  const experiments = rules.flatMap((rule) => rule.experiments)
  const verdicts: Verdict[] = [...experiments.flatMap((experiment) => experiment.verdicts), ...others]
  const shown = (some: readonly Verdict[]): number[] => some.flatMap(({ pointers }) => pointers.slice(0, SHOWN_POINTERS))
  const all = [
    ...shown(verdicts.filter(({ status }) => status === 'fail' || status === 'unknown')),
    ...experiments.flatMap(({ timeline, moments }) => [...timeline, ...moments].map(({ pointer }) => pointer)),
    ...shown(verdicts),
  ]
  return new Set([...new Set(all)].slice(0, MOST_ENTRIES))
}

/** Test code: one honest run lived through by many rules at the same time, each with a job of its own. */
import type { Journal, JournalEntry } from '../../verify/model/journal.ts'
import { seenRun } from './seen-run.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

/** Entries that a journal has once, however many rules it is about. */
const SHARED = ['header', 'targets', 'active-alerts', 'raw', 'health', 'rules', 'alerts-series', 'load', 'footer']

/** `change` alters the run that all of them share before it is copied. */
export function manyRules(count: number, change: (run: Journal) => Journal = (run) => run): Journal {
  const { entries, problems } = change(seenRun())
  const text = JSON.stringify(entries)
  const copies = Array.from({ length: count }, (_, i) => JSON.parse(renamed(text, i)) as JournalEntry[])
  const shared = entries.flatMap((entry, at) => (SHARED.includes(entry.kind) ? merged(copies.flatMap((copy) => copy[at] ?? [])) : []))
  const own = copies.flatMap((copy) => copy.filter(({ kind }) => !SHARED.includes(kind)))
  const all = [...shared, ...own].sort((a, b) => placeOf(a) - placeOf(b) || a.atMs - b.atMs)
  return { entries: all.map((entry, seq) => ({ ...entry, seq })), problems }
}

function renamed(text: string, i: number): string {
  return text
    .replace(/Probed/g, `Probed${i}`)
    .replace(/probed/g, `probed${i}`)
    .replace(/"other"/g, `"other${i}"`)
    .replace(/127\.0\.0\.1:/g, `10.0.${Math.floor(i / 250)}.${i % 250}:`)
}

function placeOf({ kind }: JournalEntry): number {
  return kind === 'header' ? 0 : kind === 'footer' ? 2 : 1
}

function merged(all: readonly JournalEntry[]): JournalEntry[] {
  const [first] = all
  switch (first?.kind) {
    case 'header':
      return [mergedHeader(all as Entry<'header'>[], first)]
    case 'targets':
      return [{ ...first, targets: (all as Entry<'targets'>[]).flatMap(({ targets }) => targets) }]
    case 'rules':
      return [
        {
          ...first,
          groups: (all as Entry<'rules'>[]).flatMap(({ groups }, i) => groups.map((each) => ({ ...each, name: `${each.name}${i}` }))),
        },
      ]
    case 'raw':
    case 'alerts-series':
      return [{ ...first, series: (all as Entry<'raw'>[]).flatMap(({ series }) => series) }]
    case 'load':
      return [
        { ...first, summary: { ...first.summary!, slices: (all as Entry<'load'>[]).flatMap(({ summary }) => summary?.slices ?? []) } },
      ]
    default:
      return first === undefined ? [] : [first]
  }
}

function mergedHeader(all: readonly Entry<'header'>[], first: Entry<'header'>): Entry<'header'> {
  const { spec, plan } = first
  return {
    ...first,
    spec: {
      ...spec,
      rules: all.flatMap((each) => each.spec.rules),
      platform: { ...spec.platform, targets: all.flatMap((each) => each.spec.platform.targets) },
    },
    plan: {
      ...plan,
      experiments: all.flatMap((each) => each.plan.experiments),
      promised: { ...plan.promised!, rules: all.flatMap((each) => each.plan.promised?.rules ?? []) },
    },
  }
}

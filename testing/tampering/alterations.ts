/**
 * Ways to spoil the evidence of any journal, as a broken platform or a lost recording would: the rows of alterations.tsv, and those here,
 * which take a calculation. A check that passes and cannot be made to fail by one of them proves nothing there: `verdictOf` asks for that
 * proof of every pass.
 */
import { recordOf } from '../../verify/judge/record/recorder.ts'
import type { RunRecord } from '../../verify/judge/record/recorder.ts'
import type { Journal, JournalEntry, Sample, Series } from '../../verify/model/journal.ts'
import { readChanges } from './entry-changes.ts'
import { remembered } from '../../verify/text/remembered.ts'

type Kind = JournalEntry['kind']
type Entry<K extends Kind> = Extract<JournalEntry, { kind: K }>
type Alteration = (entries: readonly JournalEntry[]) => JournalEntry[]

function each<K extends Kind>(kind: K, change: (entry: Entry<K>) => object): Alteration {
  return (entries) => entries.map((entry) => (entry.kind === kind ? (change(entry as Entry<K>) as JournalEntry) : entry))
}
const alerts = (change: (series: readonly Series[]) => readonly Series[]): Alteration =>
  each('alerts-series', (entry) => ({ ...entry, series: change(entry.series) }))

const CALCULATED: Record<string, Alteration> = {
  // At several instants: before a fault of any time of the drill one of them lies while another does not.
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, twentieth): [string, Alteration] => [
      `requests are answered for ${twentieth} twentieths of the drill, then no longer`,
      each('answers', (entry) => ({
        ...entry,
        rows: entry.rows.map((row, index) => (index < (entry.rows.length * twentieth) / 20 ? row : [row[0], row[1], row[2], 0])),
      })),
    ]),
  ),
  'ALERTS is there all the time': (entries) => {
    const evaluated = entries.find((entry) => entry.kind === 'evaluated')
    return alerts((series) => (evaluated === undefined ? series : series.map((one) => ({ ...one, values: grid(evaluated, '1') }))))(entries)
  },
  'ALERTS fires all the time': (entries) => {
    const evaluated = entries.find((entry) => entry.kind === 'evaluated')
    return alerts((series) =>
      series
        .filter(({ metric }) => metric['alertstate'] === 'firing')
        .map((one) => (evaluated === undefined ? one : { ...one, values: grid(evaluated, '1') })),
    )(entries)
  },
  'an alert of a third party fires outside every experiment': alerts((series) =>
    series.flatMap((one) => [
      one,
      {
        metric: { ...one.metric, alertname: 'Other', job: 'elsewhere', instance: 'x' },
        values: one.values.map(([timeS, value]): Sample => [timeS + 100_000, value]),
      },
    ]),
  ),
  'ALERTS goes on firing': alerts((series) =>
    series.map((one) => ({
      ...one,
      values: [
        ...one.values,
        ...Array.from({ length: one.metric['alertstate'] === 'pending' ? 0 : 900 }, (_, index): Sample => [
          (one.values.at(-1)?.[0] ?? 0) + index + 1,
          one.values.at(-1)?.[1] ?? '1',
        ]),
      ],
    })),
  ),
  'the condition always holds': each('evaluated', (entry) => ({
    ...entry,
    series: [{ metric: entry.series[0]?.metric ?? {}, values: grid(entry, '1000000') }],
  })),
  'every second sample is lost': each('raw', (entry) => ({
    ...entry,
    series: entry.series.map((one) => ({ ...one, values: one.values.filter((_, index) => index % 20 < 10) })),
  })),
  'a service does not answer in an outage': each('outage', (entry) => {
    const { length } = entry.rows
    return {
      ...entry,
      rows: entry.rows.map((row, index) =>
        index > length * 0.3 && index < length * 0.6 ? [row[0], row[1], 500, row[3], row[4], row[5]] : row,
      ),
    }
  }),
}

const WRITTEN = readChanges(new URL('./alterations.tsv', import.meta.url))

/** Which entries an alteration of alterations.tsv changes. */
export const ALTERED_KINDS: ReadonlyMap<string, Kind> = new Map(WRITTEN.map(({ what, kind }) => [what, kind]))

export const ALTERATIONS: Record<string, Alteration> = {
  ...Object.fromEntries(
    WRITTEN.map(({ what, kind, change }): [string, Alteration] => [
      what,
      (entries) => entries.flatMap((entry) => (entry.kind === kind ? (change(entry) ?? [entry]) : [entry])),
    ]),
  ),
  ...CALCULATED,
}

function grid({ startMs, endMs, stepMs }: Entry<'evaluated'>, value: string): Sample[] {
  const all: Sample[] = []
  for (let atMs = startMs; atMs <= endMs; atMs += stepMs) all.push([atMs / 1_000, value])
  return all
}

/**
 * A journal, then an alteration by its name: ready to be judged; each is made once. Undefined when it changes nothing, as no entry is of
 * its kind.
 */
export const altered = remembered((journal: Journal) =>
  remembered((name: string): RunRecord | undefined => {
    const entries = ALTERATIONS[name]?.(journal.entries) ?? journal.entries
    const changes = entries.length !== journal.entries.length || entries.some((entry, index) => entry !== journal.entries[index])
    return changes ? recordOf({ entries, problems: [] }) : undefined
  }),
)

import type { JournalEntry, Series } from '../../model/journal.ts'
import type { Curve } from '../../model/page.ts'
import type { PlannedExperiment } from '../../model/plan.ts'

export type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>

export function entriesOf<K extends JournalEntry['kind']>(entries: readonly JournalEntry[], kind: K): Entry<K>[] {
  return entries.filter((entry): entry is Entry<K> => entry.kind === kind)
}

/** Planned, confirmed alone, and injected by hand. */
export function experimentsOf(entries: readonly JournalEntry[]): PlannedExperiment[] {
  return [
    ...(entriesOf(entries, 'header')[0]?.plan.experiments ?? []),
    ...entriesOf(entries, 'confirmation').flatMap((entry) => entry.experiments ?? []),
    ...entriesOf(entries, 'by-hand').flatMap(({ experiment }) => experiment ?? []),
  ]
}

/** The series that are whole: a journal that was damaged by a disk may hold anything. */
export function seriesOf(entry: { series?: unknown }): Series[] {
  if (!Array.isArray(entry.series)) return []
  return (entry.series as unknown[]).filter((one): one is Series => {
    if (typeof one !== 'object' || one === null) return false
    const { metric, values } = one as { metric?: unknown; values?: unknown }
    return (
      typeof metric === 'object' &&
      metric !== null &&
      Array.isArray(values) &&
      values.every((sample) => Array.isArray(sample) && Number.isFinite(sample[0]))
    )
  })
}

/** Enough for every pixel of a wide screen; a drill in real time has about as many evaluations. */
export const MOST_POINTS = 2_000

/** At most MOST_POINTS points: of each stretch the lowest and the highest, so that no spike is lost. */
export function thinned(points: Curve['points']): Curve['points'] {
  if (points.length <= MOST_POINTS) return points
  const stretch = Math.ceil((points.length * 2) / MOST_POINTS)
  const kept: Curve['points'] = []
  for (let from = 0; from < points.length; from += stretch) {
    const some = points.slice(from, from + stretch)
    const known = some.filter(([, value]) => value !== null)
    const low = known.reduce<Curve['points'][number] | undefined>((a, b) => (a === undefined || b[1]! < a[1]! ? b : a), undefined)
    const high = known.reduce<Curve['points'][number] | undefined>((a, b) => (a === undefined || b[1]! > a[1]! ? b : a), undefined)
    const gap = some.find(([, value]) => value === null)
    const both = [low, high, gap].filter((point) => point !== undefined)
    kept.push(...[...new Set(both)].sort((a, b) => a[0] - b[0]))
  }
  return kept
}

/** A series as a curve, with a hole (null) where more than one step is missing. */
export function pointsOf({ values }: Series, stepMs: number): Curve['points'] {
  const points: Curve['points'] = []
  let lastMs = Number.NEGATIVE_INFINITY
  for (const [timeS, text] of values) {
    const atMs = Math.round(timeS * 1_000)
    if (stepMs > 0 && atMs - lastMs > 1.5 * stepMs && points.length > 0) points.push([lastMs + stepMs, null])
    const value = Number(text)
    points.push([atMs, Number.isFinite(value) ? value : null])
    lastMs = atMs
  }
  return points
}

import type { JournalEntry } from '../model/journal.ts'
import type { SloSpec } from '../model/spec.ts'
import type { Finding } from './check.ts'
import { numberOf } from './slo-truth.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>
export type Measures = SloSpec['panels'][number]['measures']

/** What every check of the dashboard says first: nothing is promised, or nothing could be read. undefined: go on. */
export function nothingToJudge(slo: SloSpec, dashboard: Entry<'dashboard'> | null): Finding | undefined {
  if (dashboard === null || slo.panels.length === 0) return { status: 'skipped', expected: 'SLO panels', observed: slo.panels.length === 0 ? 'the specification promises none' : 'without an experiment there was no load to compare a panel with', pointers: [] }
  if (dashboard.error !== undefined) return { status: 'unknown', cause: 'evidence-missing', expected: `a dashboard with ${slo.panels.map(({ title }) => title).join(', ')}`, observed: dashboard.error, pointers: [dashboard.seq] }
  return undefined
}

/** By how much a panel's numbers are divided to be shares and seconds. */
export function scaleOf(dashboard: Entry<'dashboard'>, title: string, measures: Measures): number {
  const unit = dashboard.panels.find((panel) => panel.title === title)?.unit
  if (measures === 'error-budget') return unit === 'percentunit' ? 0.01 : 1
  return unit === 'percent' ? 100 : unit === 'ms' ? 1_000 : 1
}

/** The number that a gauge shows: of one series alone, in the panel's own unit. */
export function shown(entry: Entry<'panel'>): number | undefined {
  const value = entry.series.length === 1 ? entry.series[0]?.values.at(-1)?.[1] : undefined
  return value === undefined ? undefined : numberOf(value)
}

/** The answer of a promised panel over the whole known load, or of its course when `course`. */
export function drillAnswer(panels: readonly Entry<'panel'>[], title: string, course = false): Entry<'panel'> | undefined {
  return panels.findLast((entry) => entry.title === title && entry.form === 'drill' && (entry.stepMs !== undefined) === course)
}

export function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value)
}

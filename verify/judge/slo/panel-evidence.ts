import { scaleOf as scaleOfLook } from '../../grafana/threshold-colours.ts'
import type { DashboardPanel, JournalEntry } from '../../model/journal.ts'
import type { SloSpec } from '../../model/spec.ts'
import type { Finding } from '../drill-check.ts'
import { numberOf } from './truth.ts'
import { skip, unknown } from '../finding.ts'

type Entry<K extends JournalEntry['kind']> = Extract<JournalEntry, { kind: K }>
export type Promised = SloSpec['panels'][number]

/** What every check of the dashboard says first: nothing is promised, or nothing could be read. undefined: go on. */
export function nothingToJudge(slo: SloSpec, dashboard: Entry<'dashboard'> | null): Finding | undefined {
  if (dashboard === null || slo.panels.length === 0)
    return skip(
      'SLO panels',
      slo.panels.length === 0 ? 'the specification has no SLO panel' : 'no experiment, so no load to compare a panel with',
    )
  if (dashboard.error !== undefined)
    return unknown('evidence-missing', `a dashboard with ${slo.panels.map(({ title }) => title).join(', ')}`, dashboard.error, [
      dashboard.seq,
    ])
  return undefined
}

/** As the `part` of a failure: the panel, where all that is wrong is about that one. Each text has the title of its panel. */
export function onePanel(texts: readonly string[], slo: SloSpec, dashboard: Entry<'dashboard'>): { part?: string } {
  const titles = [...slo.panels, ...dashboard.panels].map(({ title }) => title).sort((a, b) => b.length - a.length)
  const [part, ...others] = new Set(texts.map((text) => titles.find((title) => text.includes(title))))
  return part === undefined || others.length > 0 ? {} : { part }
}

/** What to change of a panel whose number is another one. */
export function queryMend(title: string, query: string): string {
  return `In the SLO dashboard, correct the query of ${title} (metric, status, quantile, labels). It is ${query}.`
}

/** The panel that keeps a promise, found when it was recorded; in a journal from before that, by its title. */
export function promisedPanel({ panels }: Entry<'dashboard'>, title: string): { panel: DashboardPanel; index: number } | undefined {
  const byPromise = panels.some(({ promise }) => promise !== undefined)
  const index = panels.findIndex((candidate) => (byPromise ? candidate.promise === title : candidate.title === title))
  const panel = panels[index]
  return panel === undefined ? undefined : { panel, index }
}

/** By how much a panel's numbers are divided to be shares and seconds. */
export function scaleOf(dashboard: Entry<'dashboard'>, { title, measures }: Promised, slo: SloSpec): number {
  return scaleOfLook(promisedPanel(dashboard, title)?.panel, measures, slo)
}

/** What was asked for one panel of the dashboard. */
export function answersOf(panels: readonly Entry<'panel'>[], dashboard: Entry<'dashboard'>, index: number): Entry<'panel'>[] {
  return panels.filter((entry) => (entry.panel === undefined ? entry.title === dashboard.panels[index]?.title : entry.panel === index))
}

/**
 * The answers of a promised panel over the whole known load, or of its course when `course`; one a query. A line at the objective is no
 * measurement.
 */
export function drillAnswers(
  panels: readonly Entry<'panel'>[],
  dashboard: Entry<'dashboard'>,
  title: string,
  course = false,
): Entry<'panel'>[] {
  const found = promisedPanel(dashboard, title)
  const all =
    found === undefined
      ? []
      : answersOf(panels, dashboard, found.index).filter(
          (entry) => entry.form === 'drill' && (entry.stepMs !== undefined && entry.calc === undefined) === course,
        )
  const last = all.filter((entry) => all.findLast(({ refId }) => refId === entry.refId) === entry)
  const measuring = last.filter(({ query }) => !CONSTANT.test(query))
  return measuring.length > 0 ? measuring : last
}

/** Whether a panel looks over a time that is not known: a series that a rule records under matchers, say. */
export function looksOverUnknown(panels: readonly Entry<'panel'>[], dashboard: Entry<'dashboard'>, title: string): boolean {
  const found = promisedPanel(dashboard, title)
  return (
    found !== undefined &&
    answersOf(panels, dashboard, found.index).some(
      ({ form, error, rangesMs = [] }) => form === 'deployed' && error === undefined && rangesMs.includes(0),
    )
  )
}

const CONSTANT = /^(?:vector|scalar|[-+*/%^().\d\seE])*$/

const REDUCERS: Partial<Record<string, (values: number[]) => number>> = {
  first: (values) => values[0] ?? Number.NaN,
  firstNotNull: (values) => values[0] ?? Number.NaN,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  mean: (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  count: (values) => values.length,
  median: (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN,
  range: (values) => Math.max(...values) - Math.min(...values),
  diff: (values) => (values.at(-1) ?? 0) - (values[0] ?? 0),
}

function reducerOf(calc: string): ((values: number[]) => number) | undefined {
  return Object.hasOwn(REDUCERS, calc) ? REDUCERS[calc] : undefined
}

/**
 * The number that a gauge shows: of one series alone, in the panel's own unit. undefined: none, or several; NaN: what is not known here.
 */
export function shown(entry: Entry<'panel'>): number | undefined {
  const [series, second] = entry.series
  if (series === undefined || second !== undefined || series.values.length === 0) return undefined
  const values = series.values.map(([, value]) => numberOf(value))
  return entry.calc === undefined ? values.at(-1) : (reducerOf(entry.calc)?.(values.filter((value) => !Number.isNaN(value))) ?? Number.NaN)
}

export function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(5))) : String(value)
}

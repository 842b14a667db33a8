import { resolveQuery, type Dashboard, type Panel, type PanelQuery } from '../dashboard/index.ts'
import type { CounterSeries, JournalBody, Series } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { SloSpec, Spec } from '../model/spec.ts'
import type { Ports } from './ports.ts'

/** The deployed dashboard that shows the SLOs. */
export interface DeployedDashboard {
  file: string
  /** null: it could not be read, see `error`. */
  dashboard: Dashboard | null
  error?: string
  /** "Scrape interval" of the deployed Prometheus datasource: $__rate_interval depends on it. */
  timeInterval?: string
}

/** A course is asked for at no more than this many instants. */
const POINTS = 600
/** rate() needs two samples even when one is lost; with eight a course still shows one fault after the other. */
const SCRAPES_IN_WINDOW = 8
/** A platform with more series than this is not copied into the journal; the judge then says what it lacks. */
const MAX_SERIES = 5_000

type Measures = SloSpec['panels'][number]['measures']

/**
 * Every panel's answer at `untilMs`, as Grafana would ask for it, and of the promised panels also over (fromMs, untilMs], the time of which the drill
 * knows all load; with the counters that these numbers must follow from. Asked after the fact: Prometheus answers for any instant, so nothing waits.
 */
export async function recordPanels(plan: Plan, { slo, platform }: Spec, deployed: DeployedDashboard, ports: Ports, { fromMs, untilMs }: { fromMs: number, untilMs: number }): Promise<void> {
  const { journal } = ports
  const { file, dashboard, error, timeInterval } = deployed
  journal.append({
    kind: 'dashboard', file, title: dashboard?.title ?? '', ...(error === undefined ? {} : { error }),
    panels: (dashboard?.panels ?? []).map(({ title, type, queries, unit, min, max, thresholds }) => ({
      title, type, queries: queries.length, thresholds, ...(unit === undefined ? {} : { unit }), ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }),
    })),
  })
  if (dashboard === null) return
  const { scrapeIntervalMs, evaluationIntervalMs } = plan.timing
  const wholeMs = Math.max(scrapeIntervalMs * 4, Math.floor((untilMs - fromMs) / 1000) * 1000)
  const shortMs = Math.min(wholeMs, scrapeIntervalMs * SCRAPES_IN_WINDOW)
  const stepMs = Math.max(evaluationIntervalMs, Math.ceil((untilMs - fromMs) / POINTS / 1000) * 1000)
  for (const panel of dashboard.panels) {
    const measures = slo.panels.find(({ title }) => title === panel.title)?.measures
    for (const query of panel.queries) {
      const ask = (form: 'deployed' | 'drill', at: Asked): Promise<void> => recordPanel(dashboard, panel, query, form, timeInterval, ports, at)
      await ask('deployed', { fromMs: untilMs, untilMs })
      if (measures === undefined) continue
      if (measures !== 'active-alerts') await ask('drill', { fromMs: untilMs, untilMs, windowMs: wholeMs })
      if (hasCourse(measures)) await ask('drill', { fromMs: fromMs + shortMs, untilMs, windowMs: shortMs, stepMs })
    }
  }
  const { measured } = slo
  if (measured === undefined) return
  const job = platform.services.find(({ name }) => name === measured.service)?.job ?? measured.service
  for (const metric of [measured.requests, `${measured.durations}_bucket`]) {
    try {
      const series = await ports.prometheus.query(`${metric}{job=${JSON.stringify(job)}}[${wholeMs / 1000}s]`, untilMs)
      if (series.length > MAX_SERIES) journal.append({ kind: 'note', message: `${metric} has ${series.length} series: too many to keep, the SLO panels are not compared with it` })
      else journal.append({ kind: 'counters', metric, fromMs: untilMs - wholeMs, untilMs, series: series.map(thinned) })
    } catch (cause) {
      journal.append({ kind: 'source-error', source: 'prometheus', experiment: null, message: describe(cause) })
    }
  }
}

/** Those whose way through the drill is looked at and not only their end. */
function hasCourse(measures: Measures): boolean {
  return measures === 'error-rate' || measures === 'error-budget' || measures === 'active-alerts'
}

interface Asked { fromMs: number, untilMs: number, windowMs?: number, stepMs?: number }

async function recordPanel(dashboard: Dashboard, panel: Panel, query: PanelQuery, form: 'deployed' | 'drill', timeInterval: string | undefined, { prometheus, journal }: Ports, at: Asked): Promise<void> {
  const entry = { kind: 'panel', title: panel.title, panelType: panel.type, refId: query.refId, expr: query.expr, form, ...at } as const satisfies Partial<JournalBody>
  let resolved = query.expr
  try {
    resolved = resolveQuery(dashboard, panel, query, { ...(timeInterval === undefined ? {} : { timeInterval }), ...(at.windowMs === undefined ? {} : { cutToMs: at.windowMs }) })
    const series = at.stepMs === undefined ? await prometheus.query(resolved, at.untilMs) : await prometheus.queryRange(resolved, at.fromMs, at.untilMs, at.stepMs)
    journal.append({ ...entry, query: resolved, series })
  } catch (cause) {
    // A query that Prometheus refuses is the panel's fault; a Prometheus that does not answer shows in the other sources too.
    journal.append({ ...entry, query: resolved, series: [], error: describe(cause) })
  }
}

/** All that an increase depends on. */
export function thinned({ metric, values }: Series): CounterSeries {
  const kept = values.filter((sample, index) => {
    const [before, after] = [values[index - 1], values[index + 1]]
    return before === undefined || after === undefined || Number(before[1]) > Number(sample[1]) || Number(sample[1]) > Number(after[1])
  })
  return { metric, values: kept, count: values.length }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

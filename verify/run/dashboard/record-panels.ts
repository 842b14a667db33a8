import {
  asksRecorded,
  panelRangeMs,
  promisesOf,
  rangesIn,
  recordingsOf,
  resolveQuery,
  type Dashboard,
  type Panel,
  type PanelQuery,
  type Recordings,
} from '../../grafana/index.ts'
import { LOOKBACK_MS } from '../../promql/loaded-clocks.ts'
import { formatDuration, parseDuration } from '../../promql/duration.ts'
import type { CounterSeries, DashboardPanel, JournalBody, Series } from '../../model/journal.ts'
import type { Plan } from '../../model/plan.ts'
import type { SloSpec, Spec } from '../../model/spec.ts'
import type { Ports } from '../ports.ts'
import { withVariableValues } from './variables.ts'
import { messageOf } from '../../text/error-text.ts'
import { present } from '../../text/present.ts'

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

type Promised = SloSpec['panels'][number]
type Measured = NonNullable<SloSpec['measured']>
interface Walked {
  fromMs: number
  untilMs: number
}

/**
 * Every panel's answer at `untilMs`, as Grafana would ask for it, and of the promised panels also over (fromMs, untilMs], the time of which
 * the drill
 * knows all load; with the counters that these numbers must follow from. Asked after the fact: Prometheus answers for any instant, so
 * nothing waits.
 */
export async function recordPanels(
  plan: Plan,
  { slo, platform }: Spec,
  deployed: DeployedDashboard,
  ports: Ports,
  { fromMs, untilMs }: Walked,
): Promise<void> {
  const { journal, prometheus } = ports
  const { file, error, timeInterval } = deployed
  const dashboard = deployed.dashboard === null ? null : await withVariableValues(deployed.dashboard, prometheus, untilMs)
  const promises = dashboard === null ? new Map<Panel, Promised>() : promisesOf(dashboard, slo)
  journal.append({
    kind: 'dashboard',
    file,
    title: dashboard?.title ?? '',
    ...(error === undefined ? {} : { error }),
    panels: (dashboard?.panels ?? []).map((panel) => entryOf(panel, promises.get(panel))),
  })
  if (dashboard === null) return
  const { scrapeIntervalMs, evaluationIntervalMs } = plan.timing
  const wholeMs = Math.max(scrapeIntervalMs * 4, Math.floor((untilMs - fromMs) / 1000) * 1000)
  const shortMs = Math.min(wholeMs, scrapeIntervalMs * SCRAPES_IN_WINDOW)
  const stepMs = Math.max(evaluationIntervalMs, Math.ceil((untilMs - fromMs) / POINTS / 1000) * 1000)
  const recordings = await recordingsIn(prometheus)
  const byService = new Map<number, Set<string>>()
  for (const [index, panel] of dashboard.panels.entries()) {
    const promise = promises.get(panel)
    // What a panel shows of another day is no answer about this one.
    if (panel.timeShift !== undefined && promise === undefined) continue
    const shiftMs = parseDuration(panel.timeShift ?? '') ?? 0
    for (const query of panel.queries) {
      const asking: Asking = { dashboard, panel, index, query, timeInterval, recordings, shiftMs }
      const ask = (form: 'deployed' | 'drill', at: Asked): Promise<void> => recordPanel(asking, form, ports, at)
      await ask('deployed', { fromMs: untilMs, untilMs })
      if (promise === undefined) continue
      if (promise.by !== undefined) {
        const longest = Math.max(0, ...spans(asking))
        const windowMs = Math.min(wholeMs, longest > 0 ? longest : scrapeIntervalMs * 2)
        byService.set(windowMs, (byService.get(windowMs) ?? new Set()).add(promise.measures))
        await ask('drill', { fromMs: untilMs, untilMs, windowMs })
        continue
      }
      const { calc } = panel
      // A panel that makes one number of a whole course is asked for the course.
      const steps = Math.floor((Math.min(wholeMs, panelRangeMs(panel, dashboard.time)) - 1) / stepMs)
      if (promise.measures !== 'active-alerts' && calc !== undefined && !query.instant && !LAST.test(calc))
        await ask('drill', { fromMs: untilMs - steps * stepMs, untilMs, windowMs: wholeMs, stepMs, calc })
      else if (promise.measures !== 'active-alerts') await ask('drill', { fromMs: untilMs, untilMs, windowMs: wholeMs })
      if (hasCourse(promise.measures)) await ask('drill', { fromMs: fromMs + shortMs, untilMs, windowMs: shortMs, stepMs })
    }
  }
  if ([...promises.values()].some(({ measures }) => measures === 'active-alerts')) await recordLeft(ports, fromMs + shortMs)
  const jobOf = (service: string): string => platform.services.find(({ name }) => name === service)?.job ?? service
  const counters = (sources: readonly Measured[], names: (source: Measured) => string, windowMs: number): Promise<void> =>
    recordCounters(sources, names, jobOf, ports, untilMs, windowMs)
  for (const [windowMs, measures] of byService) {
    if (measures.has('latency-p95')) await counters(slo.services ?? [], ({ durations }) => `${durations}_bucket`, windowMs)
    if (measures.has('error-rate')) await counters(slo.services ?? [], ({ requests }) => requests, windowMs)
  }
  if (slo.measured === undefined) return
  await counters([slo.measured], ({ requests }) => requests, wholeMs)
  await counters([slo.measured], ({ durations }) => `${durations}_bucket`, wholeMs)
}

/** The one number that is left of a course is its end. */
const LAST = /^last(NotNull)?$/

/** Those whose way through the drill is looked at and not only their end. */
function hasCourse(measures: Promised['measures']): boolean {
  return measures === 'error-rate' || measures === 'error-budget' || measures === 'active-alerts'
}

function entryOf(
  { title, type, queries, unit, min, max, thresholds, colourless, computed, alertList, timeShift }: Panel,
  promise: Promised | undefined,
): DashboardPanel {
  return {
    // Of another day: it is not asked.
    title,
    type,
    queries: promise === undefined && timeShift !== undefined ? 0 : queries.length,
    thresholds,
    ...present({ unit, min, max, promise: promise?.title, colourless }),
    ...(computed.length === 0 ? {} : { computed }),
    ...present({ alertList }),
  }
}

async function recordingsIn(prometheus: Ports['prometheus']): Promise<Recordings> {
  try {
    return recordingsOf(
      (await prometheus.rules())
        .flatMap((group) => group.rules)
        .filter(({ type }) => type === 'recording')
        .map(({ name, query }) => ({ name, expr: query })),
    )
  } catch {
    // Without them each recorded series is asked for as it is.
    return new Map()
  }
}

async function recordCounters(
  sources: readonly Measured[],
  names: (source: Measured) => string,
  jobOf: (service: string) => string,
  { prometheus, journal }: Ports,
  untilMs: number,
  windowMs: number,
): Promise<void> {
  for (const metric of new Set(sources.map(names))) {
    const jobs = [...new Set(sources.filter((source) => names(source) === metric).map(({ service }) => jobOf(service)))]
    const matcher = jobs.length === 1 ? `job=${JSON.stringify(jobs[0])}` : `job=~${JSON.stringify(jobs.join('|'))}`
    try {
      const series = await prometheus.query(
        `${metric}{${matcher}}[${windowMs % 1000 === 0 ? `${windowMs / 1000}s` : formatDuration(windowMs)}]`,
        untilMs,
      )
      if (series.length > MAX_SERIES)
        journal.append({
          kind: 'note',
          message: `${metric} has ${series.length} series: too many to keep, the SLO panels are not compared with it`,
        })
      else journal.append({ kind: 'counters', metric, fromMs: untilMs - windowMs, untilMs, series: series.map(thinned) })
    } catch (cause) {
      journal.append({ kind: 'source-error', source: 'prometheus', experiment: null, message: messageOf(cause) })
    }
  }
}

/** What an earlier Prometheus left active when it ended: a list shows it until the lookback is over, and no history of the drill has it. */
async function recordLeft({ prometheus, journal }: Ports, untilMs: number): Promise<void> {
  try {
    const series = await prometheus.query(`ALERTS[${LOOKBACK_MS / 1000}s]`, untilMs)
    if (series.length > 0 && series.length <= MAX_SERIES)
      journal.append({ kind: 'counters', metric: 'ALERTS', fromMs: untilMs - LOOKBACK_MS, untilMs, series: series.map(thinned) })
  } catch (cause) {
    journal.append({ kind: 'source-error', source: 'prometheus', experiment: null, message: messageOf(cause) })
  }
}

interface Asking {
  dashboard: Dashboard
  panel: Panel
  index: number
  query: PanelQuery
  timeInterval: string | undefined
  recordings: Recordings
  shiftMs: number
}
interface Asked {
  fromMs: number
  untilMs: number
  windowMs?: number
  stepMs?: number
  calc?: string
}

/** Over what time the deployed panel looks, 0 where that is not known; nothing when its query cannot be resolved. */
function spans({ dashboard, panel, query, timeInterval, recordings }: Asking): number[] {
  try {
    const asked = resolveQuery(dashboard, panel, query, { ...(timeInterval === undefined ? {} : { timeInterval }), recordings })
    // JSON has no word for what is not a number.
    return [...rangesIn(asked).map((ms) => (Number.isFinite(ms) ? ms : 0)), ...(asksRecorded(asked, recordings) ? [0] : [])]
  } catch {
    return []
  }
}

async function recordPanel(asking: Asking, form: 'deployed' | 'drill', { prometheus, journal }: Ports, at: Asked): Promise<void> {
  const { dashboard, panel, index, query, timeInterval, recordings, shiftMs } = asking
  // A panel that makes one number of a course looks over all it shows, not only over the query's range.
  const rangesMs =
    form === 'drill'
      ? []
      : [
          ...spans(asking),
          ...(panel.calc !== undefined && !LAST.test(panel.calc) && !query.instant ? [panelRangeMs(panel, dashboard.time)] : []),
        ]
  const entry = {
    kind: 'panel',
    title: panel.title,
    panelType: panel.type,
    refId: query.refId,
    expr: query.expr,
    form,
    panel: index,
    ...at,
    ...(form === 'deployed' ? { rangesMs } : {}),
  } as const satisfies Partial<JournalBody>
  let resolved = query.expr
  try {
    resolved = resolveQuery(dashboard, panel, query, {
      untilMs: at.untilMs,
      ...(timeInterval === undefined ? {} : { timeInterval }),
      ...(at.windowMs === undefined ? {} : { recordings, cutToMs: at.windowMs }),
    })
    const series =
      at.stepMs === undefined
        ? await prometheus.query(resolved, at.untilMs - shiftMs)
        : await prometheus.queryRange(resolved, at.fromMs - shiftMs, at.untilMs - shiftMs, at.stepMs)
    journal.append({ ...entry, query: resolved, series })
  } catch (cause) {
    // A query that Prometheus refuses is the panel's fault; a Prometheus that does not answer shows in the other sources too.
    journal.append({ ...entry, query: resolved, series: [], error: messageOf(cause) })
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

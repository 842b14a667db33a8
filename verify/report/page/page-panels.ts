import { scaleOf } from '../../grafana/threshold-colours.ts'
import type { JournalEntry, Series } from '../../model/journal.ts'
import type { Curve, PanelChart, PanelLine } from '../../model/page.ts'
import type { SloSpec, Spec } from '../../model/spec.ts'
import { entriesOf, pointsOf, seriesOf, thinned } from './entries.ts'
import type { Entry } from './entries.ts'
import { courseOf, everySecond, slicesOf } from './measured.ts'

type Promised = SloSpec['panels'][number]

/** Of a panel of one instant the truth is drawn for so long before it. */
const LEAD_MS = 120_000

/**
 * Each promised panel that shows numbers: what its query gave, and over the same window what k6 counted itself or, of availability, what
 * the samples of `up` are.
 */
export function panelsOf(entries: readonly JournalEntry[]): PanelChart[] {
  const spec = entriesOf(entries, 'header')[0]?.spec
  const dashboard = entriesOf(entries, 'dashboard').at(-1)
  if (spec?.slo?.panels === undefined || !Array.isArray(dashboard?.panels)) return []
  return spec.slo.panels.flatMap((promise) => chartOf(entries, spec, dashboard, promise) ?? [])
}

function chartOf(entries: readonly JournalEntry[], spec: Spec, dashboard: Entry<'dashboard'>, promise: Promised): PanelChart | undefined {
  const { measures, title } = promise
  if (measures === 'active-alerts') return undefined
  const index = dashboard.panels.findIndex((panel) => (panel.promise ?? panel.title) === title)
  const panel = dashboard.panels[index]
  const asked = entriesOf(entries, 'panel').filter(
    (entry) => entry.form === 'drill' && entry.panel === index && entry.windowMs !== undefined,
  )
  // A course where there is one: it shows more than the number over the whole load.
  const courses = asked.filter(({ stepMs }) => stepMs !== undefined)
  const singles = asked.filter(({ stepMs }) => stepMs === undefined)
  const shown = courses.length > 0 ? courses : singles
  const [first] = shown
  if (panel === undefined || first === undefined) return undefined
  const scale = scaleOf(panel, measures, spec.slo)
  const lines = shown.flatMap((entry) =>
    seriesOf(entry).map((series): PanelLine => {
      const course = lineOf(entries, spec, promise, entry, series, scale)
      const whole = singles.find(({ refId }) => refId === entry.refId)
      const same = whole === undefined ? undefined : seriesOf(whole).find(({ metric }) => isSame(metric, series.metric))
      const single = whole === undefined || same === undefined ? course : lineOf(entries, spec, promise, whole, same, scale)
      const [[atMs = 0, number = null] = []] = single.shown.points.slice(-1)
      return {
        ...course,
        number: { atMs, windowMs: (whole ?? entry).windowMs ?? 0, shown: number, truth: single.truth.points.at(-1)?.[1] ?? null },
      }
    }),
  )
  return {
    title,
    unit: measures === 'latency-p95' ? 'seconds' : measures === 'error-budget' ? 'percent' : 'share',
    objective: {
      'availability': spec.slo.availability,
      'latency-p95': spec.slo.latencyP95Seconds,
      'error-rate': spec.slo.errorRate,
      'error-budget': 0,
    }[measures],
    truth: measures === 'availability' ? 'the samples of up' : 'k6',
    windowMs: first.windowMs ?? 0,
    query: first.query,
    pointer: first.seq,
    lines,
  }
}

function lineOf(
  entries: readonly JournalEntry[],
  spec: Spec,
  { measures, by }: Promised,
  entry: Entry<'panel'>,
  series: Series,
  scale: number,
): Omit<PanelLine, 'number'> {
  const { job = '' } = series.metric
  const service = by === undefined ? spec.slo.measured?.service : (spec.platform.services.find((each) => each.job === job)?.name ?? job)
  const shown = pointsOf(series, entry.stepMs ?? 0).map(([atMs, value]): Curve['points'][number] => [
    atMs,
    value === null ? null : value / scale,
  ])
  const instants = entry.stepMs === undefined ? everySecond(entry.untilMs - LEAD_MS, entry.untilMs) : shown.map(([atMs]) => atMs)
  const windowMs = entry.windowMs ?? 0
  const truth =
    measures === 'availability'
      ? upCourse(entries, by === undefined ? undefined : job, windowMs, instants)
      : courseOf(measures === 'latency-p95' ? 'latency' : 'error-share', slicesOf(entries, service ?? ''), windowMs, instants)
  const budget = (share: number): number => (1 - share / spec.slo.errorRate) * 100
  const name = by === undefined ? '' : (service ?? job)
  return {
    name,
    shown: { label: name === '' ? 'the panel' : `the panel, ${name}`, subject: true, points: thinned(shown) },
    truth: {
      label: [measures === 'availability' ? 'up' : 'k6', ...(name === '' ? [] : [name])].join(', '),
      subject: true,
      points: thinned(measures === 'error-budget' ? truth.map(([atMs, share]) => [atMs, share === null ? null : budget(share)]) : truth),
    },
  }
}

function isSame(one: Series['metric'], other: Series['metric']): boolean {
  const names = Object.keys({ ...one, ...other })
  return names.every((name) => one[name] === other[name])
}

/** The mean of each target's mean of `up` in the window before each instant; of one job's targets when `job` is given. */
function upCourse(
  entries: readonly JournalEntry[],
  job: string | undefined,
  windowMs: number,
  instants: readonly number[],
): Curve['points'] {
  const targets = entriesOf(entries, 'raw')
    .filter(({ query }) => query.startsWith('up['))
    .flatMap((entry) => seriesOf(entry))
    .filter(({ metric }) => job === undefined || metric['job'] === job)
    .map(({ values }) => values.map(([timeS, value]) => ({ atMs: timeS * 1_000, up: Number(value) })))
  return instants.map((untilMs): Curve['points'][number] => {
    const means = targets.flatMap((samples) => {
      const own = samples.filter(({ atMs, up }) => atMs > untilMs - windowMs && atMs <= untilMs && Number.isFinite(up))
      return own.length === 0 ? [] : [own.reduce((sum, { up }) => sum + up, 0) / own.length]
    })
    return [untilMs, means.length === 0 ? null : means.reduce((sum, mean) => sum + mean, 0) / means.length]
  })
}

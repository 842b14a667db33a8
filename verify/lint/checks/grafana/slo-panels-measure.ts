import { asksRecorded, panelRangeMs, promisesOf, rangesIn, recordingsOf, withRecordings } from '../../../grafana/index.ts'
import { coloursOf, scaleOf } from '../../../grafana/threshold-colours.ts'
import { formatDuration } from '../../../promql/duration.ts'
import type { SloSpec } from '../../../model/spec.ts'
import { remark, note, warning, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { dashboardsOf, type LintedDashboard, type Panel, type Target } from '../../../config/grafana/dashboards.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { didYouMean } from '../../../text/did-you-mean.ts'
import { selectors, walk, type Expr } from '../../../promql/ast.ts'
import { nearlyEqual } from '../../../promql/compare.ts'
import { remembered } from '../../../text/remembered.ts'
import { evaluate, NotEvaluated, type Result, type SteadySeries } from '../../../promql/evaluate.ts'
import { accepts } from '../../../promql/compare-matchers.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { expectedNumbers, only, quietWorld, steadyWorld } from '../../known-load.ts'

type Promised = SloSpec['panels'][number]
/** A query with its recorded series written out. */
interface Asked {
  target: Target
  text: string
  expr: Expr
}
type Numbered = Exclude<Promised['measures'], 'active-alerts'>

export const check: Check = {
  meta: {
    id: 'slo-panels-measure',
    needs: ['dashboard'],
    title: 'The SLO dashboard measures the specified SLIs',
    failureTitle: 'An SLO panel is missing or measures something else',
    why: "A panel that turns red at another objective, over another window or on another metric misleads its readers. Each panel's query is calculated over recorded series under a known load and has to give the number that follows from the load.",
    mend: 'In the SLO dashboard, give the panel the specified title, query, window and thresholds; the finding says which number the query must give.',
    example: '{ "title": "Error rate", "targets": [{ "expr": "sum(rate(axum_http_requests_total{status=~\\"4..\\"}[5m]))" }] }',
  },
  *judge(input) {
    const {
      spec: { slo },
      config,
      facts,
    } = input
    const titles = new Set(slo.panels.map((panel) => panel.title))
    // Other dashboards promise nothing; the SLO dashboard is the one that has its panels.
    const named = ({ panels }: LintedDashboard): number => panels.filter((panel) => titles.has(panel.title)).length
    const dashboards = dashboardsOf(config, facts)
      .map((dashboard) => ({ dashboard, kept: promisesOf(dashboard.parsed, slo) }))
      .sort((a, b) => named(b.dashboard) - named(a.dashboard) || b.kept.size - a.kept.size)
    const [first] = dashboards
    if (first === undefined) return
    const { dashboard, kept } = first
    for (const promise of slo.panels) {
      const panel = dashboard.panels.find(({ parsed }) => kept.get(parsed) === promise)
      if (panel === undefined) {
        yield remark(
          promise.title,
          dashboard.at.near('title'),
          `a panel ${promise.title}`,
          `none${didYouMean(
            promise.title,
            dashboard.panels.map((candidate) => candidate.title),
          )}`,
        )
        continue
      }
      if (panel.title !== promise.title)
        yield warning(
          promise.title,
          panel.at.near('title'),
          `a panel ${promise.title}`,
          `the panel ${panel.title} measures it`,
          'An SLO panel has another title than specified',
        )
      yield* judgePanel(panel, promise, dashboard, input)
    }
  },
}

function* judgePanel(panel: Panel, { measures, by }: Promised, dashboard: LintedDashboard, input: LintInput): Generator<Remark> {
  const { slo } = input.spec
  if (measures === 'active-alerts') {
    yield* judgeAlerts(panel, input)
    return
  }
  const targets = panel.targets.filter(({ written }) => !/^(?:vector|scalar|[-+*/%^().\d\seE])*$/.test(written))
  if (targets.length === 0 && panel.parsed.computed.length === 0)
    yield remark(
      panel.title,
      panel.at.get('targets') ?? panel.at.near('title'),
      `a query for ${measures}`,
      panel.at
        .get('targets')
        ?.items()
        .some((target) => target.bool('hide') === true) === true
        ? 'hidden queries only'
        : 'no query',
    )
  if (panel.parsed.computed.length > 0)
    yield note(
      panel.title,
      panel.at,
      'the number that the query returns',
      `${panel.parsed.computed.join(', ')}: not calculated by this check`,
    )
  else {
    const recordings = recordingsOf(input.config.recordings.map(({ record, expr }) => ({ name: record, expr })))
    const opened = targets.map((target) => ({ target, text: withRecordings(target.expr ?? '', recordings) }))
    const closed = opened.find(({ text }) => asksRecorded(text, recordings))
    const asked = opened.flatMap(({ target, text }) => {
      const parsed = parsePromql(text)
      return parsed.ok ? [{ target, text, expr: parsed.expr }] : []
    })
    if (closed !== undefined)
      yield note(
        panel.title,
        closed.target.at,
        'a query that this check can calculate',
        `a recorded series with matchers, or one that several rules record: ${closed.target.written}`,
      )
    // What is no PromQL another check says.
    else if (by !== undefined && asked.length === targets.length) yield* judgeSeries(panel, asked, measures, input)
    for (const each of by === undefined ? asked.filter(({ text }) => !asksRecorded(text, recordings)) : [])
      yield* judgeQuery(panel, each, measures, dashboard, input)
  }
  if (by !== undefined && panel.type === 'timeseries')
    for (const { at, instant } of targets)
      if (instant) yield remark(panel.title, at, 'a range query, for a course', 'instant alone: one point')
  // Of another name than a line has there is no field, and the panel shows none.
  const fields = panel.at.get('options', 'reduceOptions', 'fields')
  const name = fields?.string() ?? ''
  const lines = panel.at.items('targets').map((target) => target.string('legendFormat') ?? '')
  if (
    fields !== undefined &&
    name !== '' &&
    !/^\/.*\/\w*$/.test(name) &&
    !name.includes('$') &&
    !lines.some((line) => line === name || line.includes('{{'))
  )
    yield remark(panel.title, fields, 'no fields (all with numbers), or the name of a line', name)
  const usual = { 'availability': 'percentunit', 'latency-p95': 's', 'error-rate': 'percentunit', 'error-budget': 'percent' }[measures]
  if (panel.parsed.unit === undefined && panel.at.items('fieldConfig', 'overrides').length === 0)
    yield warning(
      panel.title,
      (panel.at.get('fieldConfig', 'defaults') ?? panel.at.get('fieldConfig') ?? panel.at.near('title')).keyPlace(),
      `a unit: ${usual}, say`,
      'a bare number',
      'An SLO panel shows a number without its unit',
    )
  const fitting =
    measures === 'latency-p95'
      ? /^(?:s|ms|µs|ns|clocks|clockms|dtdurations|dtdurationms|short|none|(?:suffix|prefix):.*)$/
      : /^(?:percent|percentunit|short|none|string|(?:suffix|prefix):.*)$/
  if (panel.parsed.unit !== undefined && !fitting.test(panel.parsed.unit))
    yield warning(
      panel.title,
      panel.at.near('fieldConfig', 'defaults', 'unit'),
      `a unit of ${measures}: ${usual}, say`,
      panel.parsed.unit,
      'An SLO panel shows a number in a unit that is none of it',
    )
  const steps = panel.at.get('fieldConfig', 'defaults', 'thresholds', 'steps')
  const { at, trouble } = coloursOf(panel.parsed, measures, slo)
  // A series by service needs no line at the objective; one that it draws must not be elsewhere.
  if (by !== undefined && panel.parsed.colourless === undefined && panel.parsed.thresholds.steps.some(({ value }) => value !== null))
    for (const text of trouble)
      yield warning(
        panel.title,
        steps ?? panel.at,
        `a line at the objective, ${at}, or none`,
        text,
        'An SLO panel draws its line elsewhere',
      )
  if (by !== undefined || targets.length === 0) return
  const { decimals, unit } = panel.parsed
  // The smallest difference that is seen, and that which matters: 99.6 % must not read 100 %.
  const [seen, matters] = [
    10 ** -(decimals ?? 9) / (unit === 'percentunit' ? 100 : 1),
    { 'availability': 1 - slo.availability, 'latency-p95': slo.latencyP95Seconds, 'error-rate': slo.errorRate, 'error-budget': 100 }[
      measures
    ] * scaleOf(panel.parsed, measures, slo),
  ]
  if (seen > matters * 1.0001)
    yield warning(
      panel.title,
      panel.at.near('fieldConfig', 'defaults', 'decimals'),
      'enough decimals to distinguish the objective from a missed one',
      `${decimals ?? ''} decimals`,
    )
  for (const text of trouble) yield remark(panel.title, steps ?? panel.at, `a threshold at the objective, ${at}`, text)
}

function* judgeAlerts(panel: Panel, { spec: { rules }, facts }: LintInput): Generator<Remark> {
  const { alertList } = panel.parsed
  const query = alertList === undefined ? undefined : parsePromql(`ALERTS${alertList.labels}`)
  // A list of alerts needs no query; the others do.
  const listed =
    alertList === undefined
      ? panel.targets.map(({ expr, at }) => {
          const parsed = parsePromql(expr ?? '')
          return { at, used: parsed.ok ? selectors(parsed.expr) : [] }
        })
      : [{ at: panel.at.near('options'), used: query?.ok === true && alertList.firing ? selectors(query.expr) : [] }]
  const [first] = listed
  if (first === undefined) {
    yield remark(panel.title, panel.at, 'a query for active-alerts', 'no query')
    return
  }
  const used = listed.flatMap((each) => each.used)
  const own = used.filter((selector) => selector.metric === 'ALERTS')
  if (panel.type === 'table' && own.length > 0 && panel.parsed.computed.length === 0) yield* judgeRows(panel)
  if (own.length === 0) {
    yield remark(
      panel.title,
      first.at,
      'ALERTS',
      alertList === undefined ? used.map((selector) => selector.metric).join(', ') : 'a list without firing alerts',
    )
    return
  }
  const missing = rules.filter((rule) => {
    const labels: Record<string, string> = { ...rule.labels, alertname: rule.alert, alertstate: 'firing' }
    const condition = parsePromql(rule.condition.expr)
    // A label of the series may have any value.
    const ofSeries = new Set(
      (condition.ok ? selectors(condition.expr) : []).flatMap(({ metric }) => [
        ...((metric === null ? undefined : facts.labelsOf(metric)) ?? []),
      ]),
    )
    const shows = own.some(({ matchers }) =>
      matchers.every(
        (matcher) => (labels[matcher.label] === undefined && ofSeries.has(matcher.label)) || accepts(matcher, labels[matcher.label] ?? ''),
      ),
    )
    return !shows || !rule.alert.toLowerCase().includes((alertList?.name ?? '').toLowerCase())
  })
  if (missing.length > 0)
    yield remark(panel.title, first.at, 'every firing alert', `${missing.map(({ alert }) => alert).join(', ')} never listed`)
}

/** These make one table of the frames that Grafana has of each series. */
const ONE_TABLE = /^(?:labelsToFields|merge|seriesToRows|joinByLabels|timeSeriesTable|joinByField|seriesToColumns)$/

/**
 * A table has a row for each sample: those of a range are also of alerts that are over. Without `format: table` it has one frame for each
 * alert, and shows the first. https://grafana.com/docs/grafana/latest/datasources/prometheus/query-editor/#format
 */
function* judgeRows({ title, at, targets }: Panel): Generator<Remark> {
  const written = at.items('targets').filter((target) => target.bool('hide') !== true)
  const isOne = at.items('transformations').some((each) => ONE_TABLE.test(each.string('id') ?? ''))
  for (const target of targets)
    if (!target.instant) yield remark(title, target.at, 'the alerts of now: instant: true, range: false', 'those of the whole time range')
  for (const target of isOne ? [] : written)
    if (target.string('format') !== 'table')
      yield remark(title, target.near('format'), 'format: table', `${target.string('format') ?? 'none'}: one alert is shown at a time`)
}

function* judgeQuery(panel: Panel, asked: Asked, measures: Numbered, dashboard: LintedDashboard, input: LintInput): Generator<Remark> {
  const { target, text, expr } = asked
  const { slo } = input.spec
  const { calc = 'lastNotNull' } = panel.parsed
  const used = selectors(expr)
  // A reduced panel covers its whole time range, besides the range of its query.
  const reduced = !target.instant && !/^last(NotNull)?$/.test(calc)
  if (reduced && calc !== 'mean') {
    yield remark(panel.title, target.at, 'the last value or the mean (reduceOptions.calcs)', `the ${calc}`)
    return
  }
  const windows = [...rangesIn(text), ...(reduced ? [panelRangeMs(panel.parsed, dashboard.parsed.time)] : [])]
  const wrong = windows.find((ms) => ms !== slo.windowMs)
  if (wrong !== undefined)
    yield remark(panel.title, target.at, `a window of ${formatDuration(slo.windowMs)}`, Number.isNaN(wrong) ? text : formatDuration(wrong))
  const moved =
    [...walk(expr)].some(
      (node) => (node.kind === 'selector' || node.kind === 'subquery') && (node.offsetMs !== 0 || node.at !== undefined),
    ) || panel.parsed.timeShift !== undefined
  const bare = used.find((selector) => selector.rangeMs === undefined)
  const within = [...walk(expr)].some((node) => node.kind === 'subquery')
  if (moved) yield remark(panel.title, target.at, `a window of ${formatDuration(slo.windowMs)} that ends now`, 'a window in the past')
  else if (bare !== undefined && !within && !reduced)
    yield remark(
      panel.title,
      target.at,
      `a window of ${formatDuration(slo.windowMs)} that ends now`,
      `${bare.metric ?? ''} without a window`,
    )
  else yield* judgeNumber(panel, asked, measures, input)
}

function* judgeNumber(panel: Panel, asked: Asked, measures: Numbered, input: LintInput): Generator<Remark> {
  const { target, expr } = asked
  const { slo } = input.spec
  const used = selectors(expr)
  const world = steadyWorld(input, [...new Set(used.flatMap((selector) => selector.metric ?? []))])
  const { requests = '', durations = '' } = slo.measured ?? {}
  const wanted =
    measures === 'availability'
      ? ['up']
      : slo.measured === undefined
        ? undefined
        : measures === 'latency-p95'
          ? [`${durations}_bucket`]
          : [requests, `${durations}_count`, `${durations}_bucket`]
  const foreign = wanted === undefined ? [] : used.filter((selector) => !wanted.includes(selector.metric ?? ''))
  if (foreign.length > 0) {
    yield remark(panel.title, target.at, wanted?.[0] ?? '', [...new Set(foreign.map((selector) => selector.metric))].join(', '))
    // Without data of its metric there is no number to compare.
    if (foreign.some(({ metric }) => metric !== null && input.facts.jobsExposing(metric)?.length === 0)) return
  }
  // Percent or a share, seconds or milliseconds: as the panel's unit says.
  const factor = scaleOf(panel.parsed, measures, slo)
  const shown = (number: number): string =>
    Number.isNaN(number) ? 'no single number' : `${Number(number.toPrecision(6))} under the check's load`
  for (const [day, load] of [
    ['', world],
    [' on a day without errors', quietWorld(input.spec)(world)],
  ] as const) {
    const value = calculated(load)(asked.text)
    if (typeof value === 'string') {
      yield note(panel.title, target.at, 'a query that this check can calculate', `${value}: not calculated by this check`)
      return
    }
    const number = only(value)
    const expected = expectedNumbers(measures, used, load, input.spec).map((each) => ({ ...each, value: each.value * factor }))
    const match = expected.find((each) => nearlyEqual(each.value, number) && !Number.isNaN(number))
    // Without any error there may be no row at all: Grafana then says "No data", which is a promise broken only in looks.
    const severity = day !== '' && Number.isNaN(number) && !/\bor\b/.test(target.written) ? ('warning' as const) : undefined
    const unit = match === undefined ? otherUnit(panel, measures, slo, number / ((expected[0]?.value ?? NaN) / factor)) : undefined
    if (match === undefined)
      yield remark(
        panel.title,
        unit ?? target.at,
        `${measures}: ${shown(expected[0]?.value ?? NaN)}${day}`,
        shown(number),
        undefined,
        severity,
      )
    else if (match.reading === 'scrapes too' && day === '')
      yield warning(panel.title, target.at, 'only the requests that the alert rules count', "Prometheus' own scrapes are counted")
    if (match === undefined) return
  }
}

/** Query and thresholds agree on another scale than the unit has: it is the unit that must change. */
function otherUnit(panel: Panel, measures: Numbered, slo: SloSpec, scale: number): Cursor | undefined {
  const isScale = [1, 100, 1000].some((each) => nearlyEqual(each, scale))
  return isScale && coloursOf(panel.parsed, measures, slo).trouble.length > 0 ? panel.at.get('fieldConfig', 'defaults', 'unit') : undefined
}

/** Of a panel by service: each service must have its own number, by one of the queries. */
function* judgeSeries(panel: Panel, asked: readonly Asked[], measures: Numbered, input: LintInput): Generator<Remark> {
  const { slo, platform } = input.spec
  const services = (slo.services ?? []).map(({ service }) => ({
    service,
    job: platform.services.find(({ name }) => name === service)?.job ?? service,
  }))
  const factor = scaleOf(panel.parsed, measures, slo)
  for (const day of ['', ' on a day without errors']) {
    const missing = new Set(services)
    for (const query of asked) {
      const { target, expr } = query
      const used = selectors(expr)
      const world = steadyWorld(input, [...new Set(used.flatMap((selector) => selector.metric ?? []))])
      const load = day === '' ? world : quietWorld(input.spec)(world)
      const value = calculated(load)(query.text)
      if (typeof value === 'string' || value.kind !== 'vector') {
        yield note(
          panel.title,
          target.at,
          'a query that this check can calculate',
          `${typeof value === 'string' ? value : 'a number'}: not calculated by this check`,
        )
        return
      }
      for (const each of services) {
        const { service, job } = each
        const rows = value.rows.filter(({ labels }) => Object.values(labels).some((text) => text === job || text === service))
        if (rows.length > 0) missing.delete(each)
        const expected = expectedNumbers(measures, used, load, input.spec, job).map((one) => ({ ...one, value: one.value * factor }))
        const matches = rows.map((row) => expected.find((one) => nearlyEqual(one.value, row.value)))
        const wrong = rows[matches.findIndex((match) => match === undefined)]
        if (wrong !== undefined)
          yield remark(
            panel.title,
            target.at,
            `${measures} of ${service}: ${Number((expected[0]?.value ?? NaN).toPrecision(6))} under the check's load${day}`,
            String(Number(wrong.value.toPrecision(6))),
          )
        else if (day === '' && matches.some((match) => match?.reading === 'scrapes too'))
          yield warning(
            panel.title,
            target.at,
            'only the requests that the alert rules count',
            `Prometheus' own scrapes of ${service} are counted`,
          )
        if (wrong !== undefined) return
      }
    }
    // Without any error there may be no line at all: a promise broken only in looks.
    const severity = day !== '' && !asked.some(({ target }) => /\bor\b/.test(target.written)) ? ('warning' as const) : undefined
    if (missing.size > 0) {
      yield remark(
        panel.title,
        panel.at,
        `a series of every service${day}`,
        `no series of ${[...missing].map(({ service }) => service).join(', ')}`,
        undefined,
        severity,
      )
      return
    }
  }
}

/** Calculated once for the same query and load: lint asks for it with every change it is shown (`mutate`). */
const calculated = remembered((world: readonly SteadySeries[]) =>
  remembered((query: string) => {
    const parsed = parsePromql(query)
    return parsed.ok ? calculate(parsed.expr, world) : parsed.message
  }),
)

function calculate(expr: Expr, world: readonly SteadySeries[]): Result | string {
  try {
    return evaluate(expr, world)
  } catch (error) {
    if (error instanceof NotEvaluated) return error.message
    throw error
  }
}

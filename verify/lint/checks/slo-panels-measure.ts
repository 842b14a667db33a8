import { formatDuration } from '../../model/duration.ts'
import type { SloSpec } from '../../model/spec.ts'
import { remark } from '../check.ts'
import type { Check, LintInput, Remark } from '../check.ts'
import type { Cursor } from '../config/document.ts'
import { panelsOf, withVariables } from '../dashboards.ts'
import type { Panel } from '../dashboards.ts'
import { didYouMean } from '../nearest.ts'
import { selectors } from '../promql/ast.ts'
import { nearlyEqual } from '../promql/compare.ts'
import { evaluate, NotEvaluated } from '../promql/evaluate.ts'
import { parsePromql } from '../promql/parse.ts'
import { expectedNumbers, only, quietWorld, steadyWorld } from '../slo-world.ts'

type Measure = SloSpec['panels'][number]['measures']

export const check: Check = {
  meta: {
    id: 'slo-panels-measure', area: 'grafana', severity: 'error', needs: ['dashboard'],
    title: 'The SLO dashboard measures what the specification promises', failureTitle: 'An SLO panel is missing, or measures something else',
    why: 'A gauge that turns red at another objective, over another window or on another metric is believed all the same. Each panel\'s query is calculated over recorded series under a known load, and must give the number that follows from the load.',
  },
  *judge(input) {
    const { spec: { slo }, config } = input
    const titles = new Set(slo.panels.map((panel) => panel.title))
    // Other dashboards promise nothing; the SLO dashboard is the one that has its panels.
    const dashboard = config.dashboards.map((at) => ({ at, panels: panelsOf(at) })).sort((a, b) => b.panels.filter((panel) => titles.has(panel.title)).length - a.panels.filter((panel) => titles.has(panel.title)).length)[0]
    if (dashboard === undefined) return
    for (const promised of slo.panels) {
      const panel = dashboard.panels.find((candidate) => candidate.title === promised.title)
      if (panel === undefined) yield remark(promised.title, dashboard.at.get('title') ?? dashboard.at, `a panel ${promised.title}`, `none${didYouMean(promised.title, dashboard.panels.map((candidate) => candidate.title))}`)
      else yield* judgePanel(panel, promised.measures, dashboard.at, input)
    }
  },
}

function* judgePanel(panel: Panel, measures: Measure, dashboard: Cursor, input: LintInput): Generator<Remark> {
  const { slo } = input.spec
  const [target] = panel.targets
  if (target === undefined) {
    // A list of alerts needs no query; the others do.
    if (!(measures === 'active-alerts' && panel.type === 'alertlist')) yield remark(panel.title, panel.at, `a query for ${measures}`, 'no query')
    return
  }
  const parsed = parsePromql(withVariables(target.expr, dashboard))
  if (!parsed.ok) return
  const used = selectors(parsed.expr)
  if (measures === 'active-alerts') {
    if (!used.some((selector) => selector.metric === 'ALERTS')) yield remark(panel.title, target.at, 'ALERTS', used.map((selector) => selector.metric).join(', '))
    return
  }
  const wrongWindow = used.find((selector) => selector.rangeMs !== undefined && selector.rangeMs !== slo.windowMs)
  if (wrongWindow?.rangeMs !== undefined) yield remark(panel.title, target.at, `a window of ${formatDuration(slo.windowMs)}`, formatDuration(wrongWindow.rangeMs))
  const moved = used.find((selector) => selector.offsetMs !== 0 || selector.rangeMs === undefined)
  if (moved !== undefined) yield remark(panel.title, target.at, `a window of ${formatDuration(slo.windowMs)} that ends now`, moved.rangeMs === undefined ? `${moved.metric ?? ''} as it is now` : 'a window of the past')
  else yield* judgeNumber(panel, target, measures, parsed.expr, input)
  const goal = { availability: slo.availability, 'latency-p95': slo.latencyP95Seconds, 'error-rate': slo.errorRate, 'error-budget': undefined }[measures]
  const steps = panel.at.get('fieldConfig', 'defaults', 'thresholds', 'steps')
  const values = (steps?.items() ?? []).flatMap((step) => step.number('value') ?? [])
  if (goal !== undefined && values.length > 0 && !values.some((value) => nearlyEqual(value, goal * factorOf(panel)))) yield remark(panel.title, steps ?? panel.at, `a threshold at the objective ${Number((goal * factorOf(panel)).toPrecision(12))}`, values.join(', '))
}

function* judgeNumber(panel: Panel, target: Panel['targets'][number], measures: Exclude<Measure, 'active-alerts'>, expr: Parameters<typeof evaluate>[0], input: LintInput): Generator<Remark> {
  const used = selectors(expr)
  const world = steadyWorld(input, [...new Set(used.flatMap((selector) => selector.metric ?? []))])
  const wanted = measures === 'availability' ? ['up'] : undefined
  if (wanted !== undefined && used.some((selector) => selector.metric !== 'up')) yield remark(panel.title, target.at, 'up', used.map((selector) => selector.metric).join(', '))
  // Percent or a share, seconds or milliseconds: as the panel's unit says.
  const factor = measures === 'error-budget' ? panel.at.string('fieldConfig', 'defaults', 'unit') === 'percentunit' ? 0.01 : 1 : factorOf(panel)
  const shown = (number: number): string => Number.isNaN(number) ? 'no single number' : `${Number(number.toPrecision(6))} under the check's load`
  for (const [day, load] of [['', world], [' on a day without errors', quietWorld(world, input.spec)]] as const) {
    let value: number
    try {
      value = only(evaluate(expr, load))
    } catch (error) {
      if (!(error instanceof NotEvaluated)) throw error
      yield remark(panel.title, target.at, 'a query that can be calculated here', `${error.message} is not known to the check`, undefined, 'note')
      return
    }
    const expected = expectedNumbers(measures, used, load, input.spec).map((each) => ({ ...each, value: each.value * factor }))
    const match = expected.find((each) => nearlyEqual(each.value, value) && !Number.isNaN(value))
    // Without any error there may be no row at all: Grafana then says "No data", which is a promise broken only in looks.
    const severity = day !== '' && Number.isNaN(value) && !/\bor\b/.test(target.expr) ? 'warning' as const : undefined
    if (match === undefined) yield remark(panel.title, target.at, `${measures}: ${shown(expected[0]?.value ?? NaN)}${day}`, shown(value), undefined, severity)
    else if (match.withScrapes && day === '') yield remark(panel.title, target.at, 'requests as the alert rules count them', 'Prometheus\' own scrapes are counted as requests', undefined, 'warning')
    if (match === undefined) return
  }
}

function factorOf(panel: Panel): number {
  const unit = panel.at.string('fieldConfig', 'defaults', 'unit')
  return unit === 'percent' ? 100 : unit === 'ms' ? 1000 : 1
}

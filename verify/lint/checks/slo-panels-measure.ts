import { formatDuration } from '../../model/duration.ts'
import type { SloSpec } from '../../model/spec.ts'
import { remark } from '../check.ts'
import type { Check, Remark } from '../check.ts'
import type { Cursor } from '../config/document.ts'
import { panelsOf, withVariables } from '../dashboards.ts'
import type { Panel } from '../dashboards.ts'
import { didYouMean } from '../nearest.ts'
import { walk } from '../promql/ast.ts'
import type { Expr } from '../promql/ast.ts'
import { accepts } from '../promql/matchers.ts'
import { parsePromql } from '../promql/parse.ts'

export const check: Check = {
  meta: {
    id: 'slo-panels-measure', area: 'grafana', severity: 'error', needs: ['dashboard'],
    title: 'The SLO dashboard measures what the specification promises', failureTitle: 'An SLO panel is missing, or measures something else',
    why: 'A gauge that turns red at another objective, over another window or on another metric is believed all the same.',
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
      else yield* judgePanel(panel, promised.measures, slo, dashboard.at)
    }
  },
}

function* judgePanel(panel: Panel, measures: SloSpec['panels'][number]['measures'], slo: SloSpec, dashboard: Cursor): Generator<Remark> {
  const [target] = panel.targets
  if (target === undefined) {
    // A list of alerts needs no query; the others do.
    if (!(measures === 'active-alerts' && panel.type === 'alertlist')) yield remark(panel.title, panel.at, `a query for ${measures}`, 'no query')
    return
  }
  const parsed = parsePromql(withVariables(target.expr, dashboard))
  if (!parsed.ok) return
  const nodes = [...walk(parsed.expr)]
  for (const message of misses(nodes, measures, slo)) yield remark(panel.title, target.at, message.expected, message.observed)
  const goal = { availability: slo.availability, 'latency-p95': slo.latencyP95Seconds, 'error-rate': slo.errorRate, 'error-budget': undefined, 'active-alerts': undefined }[measures]
  const steps = panel.at.get('fieldConfig', 'defaults', 'thresholds', 'steps')?.items() ?? []
  const values = steps.flatMap((step) => step.number('value') ?? [])
  if (goal !== undefined && values.length > 0 && !values.includes(scaled(goal, panel))) yield remark(panel.title, panel.at.get('fieldConfig', 'defaults', 'thresholds', 'steps') ?? panel.at, `a threshold at the objective ${scaled(goal, panel)}`, values.join(', '))
}

/** Percent and milliseconds as the panel's unit says. */
function scaled(goal: number, panel: Panel): number {
  const unit = panel.at.string('fieldConfig', 'defaults', 'unit')
  return Number((goal * (unit === 'percent' ? 100 : unit === 'ms' ? 1000 : 1)).toPrecision(12))
}

function misses(nodes: Expr[], measures: SloSpec['panels'][number]['measures'], slo: SloSpec): { expected: string, observed: string }[] {
  const metrics = [...new Set(nodes.flatMap((node) => node.kind === 'selector' && node.metric !== null ? [node.metric] : []))]
  const numbers = nodes.flatMap((node) => node.kind === 'number' ? [node.value] : [])
  const windows = nodes.flatMap((node) => node.kind === 'selector' && node.rangeMs !== undefined ? [node.rangeMs] : [])
  const functions = nodes.flatMap((node) => node.kind === 'call' ? [node.fn] : [])
  const found: { expected: string, observed: string }[] = []
  const say = (expected: string, observed: string): void => { found.push({ expected, observed }) }
  const wrongWindow = measures === 'active-alerts' ? undefined : windows.find((window) => window !== slo.windowMs)
  if (wrongWindow !== undefined) say(`a window of ${formatDuration(slo.windowMs)}`, formatDuration(wrongWindow))
  const counters = metrics.every((metric) => /_(total|count|bucket)$/.test(metric))
  switch (measures) {
    case 'availability':
      if (metrics.join() !== 'up') say('up', metrics.join(', '))
      if (!functions.includes('avg_over_time')) say(`avg_over_time(up[${formatDuration(slo.windowMs)}])`, functions.join(', ') || 'up as it is now')
      if (nodes.some((node) => node.kind === 'aggregate' && node.op !== 'avg')) say('the average over targets', nodes.flatMap((node) => node.kind === 'aggregate' ? [node.op] : []).join(', '))
      if (nodes.some((node) => node.kind === 'selector' && node.matchers.length > 0)) say('all targets', 'some of them')
      break
    case 'latency-p95':
      if (!metrics.every((metric) => /_bucket$/.test(metric))) say('a histogram\'s buckets', metrics.join(', '))
      if (!functions.includes('histogram_quantile') || !numbers.includes(0.95)) say('histogram_quantile(0.95, ...)', functions.includes('histogram_quantile') ? `quantile ${numbers.join(', ')}` : functions.join(', '))
      if (nodes.some((node) => node.kind === 'aggregate' && (node.op !== 'sum' || !node.grouping.labels.includes('le')))) say('sum by (le)', nodes.flatMap((node) => node.kind === 'aggregate' ? [`${node.op} ${node.grouping.kind} (${node.grouping.labels.join(', ')})`] : []).join(', '))
      if (!functions.some((fn) => /^(rate|increase)$/.test(fn))) say('rate of the buckets', functions.join(', '))
      break
    case 'error-rate':
    case 'error-budget': {
      if (!counters) say('counters of requests', metrics.join(', '))
      if (functions.filter((fn) => /^(rate|increase)$/.test(fn)).length < windows.length) say('rate of each counter', functions.join(', '))
      const families = nodes.filter((node) => node.kind === 'selector')
      const errors = families.filter((node) => node.matchers.some((matcher) => /status|code/.test(matcher.label) && ['500', '503', '599'].every((status) => accepts(matcher, status)) && !accepts(matcher, '200') && !accepts(matcher, '404') && !accepts(matcher, '429')))
      if (errors.length === 0) say('the share of 5xx responses', families.flatMap((node) => node.matchers.map((matcher) => `${matcher.label}${matcher.op}${matcher.value}`)).join(', '))
      const totals = families.filter((node) => !node.matchers.some((matcher) => /status|code/.test(matcher.label)))
      if (totals.length === 0) say('all responses below the line', 'none')
      if (!nodes.some((node) => node.kind === 'binary' && node.op === '/')) say('errors / responses', 'no division')
      if (nodes.some((node) => node.kind === 'aggregate' && node.op !== 'sum')) say('sums', nodes.flatMap((node) => node.kind === 'aggregate' ? [node.op] : []).join(', '))
      if (measures === 'error-budget') {
        if (!numbers.includes(slo.errorRate)) say(`(1 - error rate / ${slo.errorRate}) * 100`, numbers.join(', '))
        if (!nodes.some((node) => node.kind === 'binary' && node.op === '-' && node.lhs.kind === 'number' && node.lhs.value === 1)) say('1 - the share that is used up', 'no such difference')
      } else if (numbers.some((value) => ![0, 1, 100].includes(value))) say('a plain share', `a factor ${numbers.join(', ')}`)
      break
    }
    case 'active-alerts': if (!metrics.includes('ALERTS')) say('ALERTS', metrics.join(', '))
  }
  return found
}

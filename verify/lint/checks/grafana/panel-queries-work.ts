import { formatDuration } from '../../../promql/duration.ts'
import { causing, remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { Cursor } from '../../../config/yaml/cursor.ts'
import { dashboardsOf, type Panel } from '../../../config/grafana/dashboards.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { selectors, walk, type Expr, type Selector } from '../../../promql/ast.ts'
import { accepts, jobsSelected } from '../../../promql/compare-matchers.ts'
import { parsePromql } from '../../../promql/parse-promql.ts'
import { isMisspelt, unrecordedJobs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'panel-queries-work',
    needs: ['dashboard'],
    title: 'Every panel query is PromQL over exposed metrics',
    failureTitle: 'A panel query is invalid or selects what no target exposes',
    why: 'A panel without data looks like a platform without traffic.',
    mend: "In the dashboard, correct the panel's query: valid PromQL, known metrics and labels, a window of at least two scrapes or $__rate_interval.",
    example: '"expr": "sum(rate(axum_http_request_total[5m]))" // the metric is axum_http_requests_total',
  },
  *judge(input) {
    const { config, facts } = input
    const others = unrecordedJobs(input)
    const recorded = new Set(config.recordings.map((recording) => recording.record))
    for (const { at: root, panels } of dashboardsOf(config, facts)) {
      yield* ofVariables(root, input)
      for (const panel of panels) {
        for (const target of panel.targets) {
          if (target.expr === undefined) {
            yield remark(panel.title, target.at, 'variables of the dashboard', target.trouble ?? target.written)
            continue
          }
          const parsed = parsePromql(target.expr)
          if (!parsed.ok) {
            // All values of a variable in the middle of a name: a repeated panel has one of them each time.
            if (/[\w:]\.\+|\.\+[\w:]/.test(target.expr)) continue
            yield remark(panel.title, target.at, 'valid PromQL', `${parsed.message}: ${target.expr}`)
            continue
          }
          for (const { metric, matchers, rangeMs, needed } of ranges(parsed.expr)) {
            const scraped =
              rangeMs === undefined || !needed
                ? undefined
                : jobsSelected(metric, matchers, facts)?.map((job) => facts.scrapeIntervalMs(job))
            const intervalMs = scraped === undefined || scraped.length === 0 ? 0 : Math.max(...scraped)
            if (rangeMs !== undefined && rangeMs < 2 * intervalMs)
              yield remark(
                panel.title,
                target.at,
                `a range of at least ${formatDuration(2 * intervalMs)} (two scrapes), or $__rate_interval`,
                `${formatDuration(rangeMs)}: most ranges have one sample, and the panel is empty`,
              )
          }
          const unknown = new Set<string>()
          for (const { metric, matchers } of selectors(parsed.expr)) {
            yield* ofStates(panel, target.at, metric, matchers)
            if (metric === null || recorded.has(metric) || OF_PROMETHEUS.includes(metric)) continue
            const jobs = facts.jobsExposing(metric)
            if (jobs?.length === 0 && !isMisspelt(metric, input)) continue
            if (jobs?.length === 0) {
              if (!unknown.has(metric))
                yield causing(
                  remark(
                    panel.title,
                    target.at,
                    'a metric that a recorded target exposes',
                    `${metric}${didYouMean(metric, [...facts.metricNames(), ...OF_PROMETHEUS])}`,
                    `The panel has no data: no target exposes ${metric}`,
                  ),
                  panel.at.lines(),
                  'slo-panels-measure',
                )
              unknown.add(metric)
              continue
            }
            const labels = facts.labelsOf(metric)
            for (const matcher of matchers) {
              // A misspelt label that is excluded excludes nothing.
              const isSlip = labels !== undefined && !labels.has(matcher.label) && nearest(matcher.label, labels, 1) !== undefined
              if (labels === undefined || (accepts(matcher, '') && !isSlip)) continue
              if (!labels.has(matcher.label))
                yield remark(
                  panel.title,
                  target.at,
                  `a label of ${metric} (${[...labels].sort().join(', ')})`,
                  `${matcher.label}${didYouMean(matcher.label, labels)}`,
                )
              else if (matcher.label === 'job' && jobs !== undefined && ![...jobs, ...others].some((job) => accepts(matcher, job)))
                yield remark(panel.title, target.at, `a job that exposes ${metric} (${jobs.join(', ')})`, matcher.value)
            }
          }
        }
      }
    }
  },
}

/** https://grafana.com/docs/grafana/latest/datasources/prometheus/template-variables/ */
function* ofVariables(root: Cursor, { facts }: LintInput): Generator<Remark> {
  for (const variable of root.items('templating', 'list')) {
    const at = variable.get('query', 'query') ?? variable.get('query')
    const [, metric = '', label = ''] = /^\s*label_values\(\s*([\w:]+)[^]*,\s*(\w+)\s*\)\s*$/.exec(at?.string() ?? '') ?? []
    const labels = facts.labelsOf(metric)
    if (at !== undefined && labels !== undefined && !labels.has(label))
      yield remark(
        variable.string('name') ?? 'templating',
        at,
        `a label of ${metric} (${[...labels].sort().join(', ')})`,
        `${label}${didYouMean(label, labels)}`,
        'A variable has no values: no series has its label',
      )
  }
}

/** Written by Prometheus itself. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/#inspecting-alerts-during-runtime */
const OF_PROMETHEUS = ['ALERTS', 'ALERTS_FOR_STATE']

/** Of which an alert has one or the other. */
const STATES = ['pending', 'firing']

function* ofStates({ title }: Panel, at: Cursor, metric: string | null, matchers: Selector['matchers']): Generator<Remark> {
  if (!OF_PROMETHEUS.includes(metric ?? '')) return
  for (const { label, op, value } of matchers)
    for (const word of label === 'alertstate' && /^\w+(?:\|\w+)*$/.test(value) ? value.split('|') : [])
      if (!STATES.includes(word)) yield remark(title, at, 'pending or firing', `alertstate${op}"${word}"${didYouMean(word, STATES)}`)
}

/** They need two samples. */
const OF_TWO = /^(rate|irate|increase|delta|idelta|deriv)$/

function ranges(expr: Expr): (Selector & { needed: boolean })[] {
  const inner = new Set([...walk(expr)].flatMap((node) => (node.kind === 'call' && OF_TWO.test(node.fn) ? node.args : [])))
  return selectors(expr).map((selector) => ({ ...selector, needed: inner.has(selector) }))
}

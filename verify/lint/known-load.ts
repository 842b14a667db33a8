import type { Labels, Spec } from '../model/spec.ts'
import type { LintInput } from './lint-check.ts'
import type { Catalogue } from '../recordings/exposition.ts'
import { selectors, type Matcher, type Selector } from '../promql/ast.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { evaluate, type Result, type SteadySeries } from '../promql/evaluate.ts'
import { labelKey } from '../promql/labels.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { distinct } from '../text/distinct.ts'
import { remembered } from '../text/remembered.ts'

const STATUS = /^(status|code|status_code)$/

/**
 * A platform under a known load: the recorded series of the metrics, each with a rate of its own, so that leaving one out or
 * taking one in shows in every number. Series that the alert rules leave out (scrapes) are busy, slow and failing.
 */
export function steadyWorld(input: Pick<LintInput, 'spec' | 'catalogue'>, metrics: readonly string[]): readonly SteadySeries[] {
  return worlds(input.catalogue)(input.spec)(metrics.join())
}

/** Made once for the same metrics: lint asks for it with every change it is shown (`mutate`). */
const worlds = remembered((catalogue: Catalogue) =>
  remembered((spec: Spec) => remembered((metrics: string) => makeWorld({ catalogue, spec }, metrics.split(',')))),
)

function makeWorld(input: Pick<LintInput, 'spec' | 'catalogue'>, metrics: readonly string[]): readonly SteadySeries[] {
  const world: SteadySeries[] = []
  const targets = input.spec.platform.targets
  for (const [index, target] of targets.entries())
    world.push({ metric: 'up', labels: { job: target.job, instance: target.address }, value: index % 3 === 0 ? 0.9 : 1, ratePerS: 0 })
  let n = 0
  for (const metric of metrics.filter((name) => name !== 'up')) {
    for (const target of input.catalogue.targets) {
      const instance = targets.find((each) => each.job === target.job)?.address ?? target.job
      const recorded = target.metrics.get(metric)?.series.map(({ labels }) => labels) ?? []
      const excluded = requestMatchers(input.spec)(metric).flatMap((matcher) =>
        recorded.slice(0, 12).map((labels): Labels => ({ ...labels, [matcher.label]: matcher.value })),
      )
      for (const [labels, scrape] of [
        ...recorded.map((each) => [each, false] as const),
        ...excluded.map((each) => [each, true] as const),
      ]) {
        n++
        const le = labels['le'] === undefined ? undefined : labels['le'] === '+Inf' ? Infinity : Number(labels['le'])
        // Cumulative buckets: most requests are quick, each row in its own way; scrapes are slow.
        const row = hash(
          JSON.stringify(
            Object.entries(labels)
              .filter(([label]) => label !== 'le')
              .sort(),
          ),
        )
        const halfS = scrape ? 0.2 : 0.01 + (row % 8) / 100
        const share = le === undefined || le === Infinity ? 1 : le / (le + halfS)
        world.push({
          metric,
          labels: { ...labels, job: target.job, instance },
          value: 1_000_000 + n,
          ratePerS: (scrape ? 500 : 1) * (1 + ((le === undefined ? n : row) % 17)) * share * (/^5/.test(labels['status'] ?? '') ? 0.01 : 1),
        })
      }
    }
  }
  return distinct(world, ({ metric, labels }) => metric + labelKey(labels))
}

function hash(text: string): number {
  let value = 0
  for (let i = 0; i < text.length; i++) value = (Math.imul(value, 31) + text.charCodeAt(i)) >>> 0
  return value
}

/**
 * Of a specification, then of a world: the same platform on a day without errors and without scrapes among the requests: no 5xx series was
 * ever made.
 */
export const quietWorld = remembered((spec: Spec) =>
  remembered((world: readonly SteadySeries[]): readonly SteadySeries[] =>
    world.filter(
      (series) =>
        !Object.entries(series.labels).some(([label, value]) => STATUS.test(label) && /^5\d\d$/.test(value)) &&
        requestMatchers(spec)(series.metric).every((matcher) => accepts(matcher, series.labels[matcher.label] ?? '')),
    ),
  ),
)

/** Asked for every series: found once a metric. */
const requestMatchers = remembered((spec: Spec) => remembered((metric: string) => matchersIn(spec, metric)))

/** Matchers by which the alert rules exclude scrapes from requests: those on the metric, except status and job. */
function matchersIn(spec: Spec, metric: string): Matcher[] {
  const found = spec.rules
    .flatMap((rule) => {
      const parsed = parsePromql(rule.condition.expr)
      return parsed.ok ? selectors(parsed.expr) : []
    })
    .filter((selector) => selector.metric === metric)
  return (found[0]?.matchers ?? []).filter((matcher) => !STATUS.test(matcher.label) && matcher.label !== 'job' && matcher.label !== 'le')
}

/** Which requests a panel may count, each a reading of "all requests" of its own. */
type Reading = 'users' | 'scrapes too' | 'no health checks'
type Measure = 'availability' | 'latency-p95' | 'error-rate' | 'error-budget'

export interface Expected {
  value: number
  reading: Reading
}

/**
 * What the panel must show, calculated from the same world; several numbers where the specification leaves a choice. `job`: of that service
 * alone.
 */
export function expectedNumbers(
  measures: Measure,
  panel: readonly Selector[],
  world: readonly SteadySeries[],
  spec: Spec,
  job?: string,
): Expected[] {
  const metrics = [...new Set(panel.map((selector) => selector.metric ?? ''))]
  // A panel of one service is that service's: the job is the reader's choice, but it must be the same throughout.
  const jobs = [...new Set(panel.map((selector) => JSON.stringify(selector.matchers.filter((matcher) => matcher.label === 'job'))))]
  const jobMatchers = job === undefined && jobs.length === 1 ? (JSON.parse(jobs[0] ?? '[]') as Matcher[]) : []
  const of = numbers.get(world) ?? new Map<string, Expected[]>()
  numbers.set(world, of)
  const key = JSON.stringify([measures, metrics, jobMatchers, job])
  const known = of.get(key) ?? calculated(measures, metrics, jobMatchers, world, spec, job)
  of.set(key, known)
  return known
}

/** By world, which is of one specification, and by what of a panel decides. */
const numbers = new WeakMap<readonly SteadySeries[], Map<string, Expected[]>>()

function calculated(
  measures: Measure,
  metrics: readonly string[],
  jobMatchers: readonly Matcher[],
  world: readonly SteadySeries[],
  spec: Spec,
  job?: string,
): Expected[] {
  const own = job === undefined ? world : world.filter((series) => series.labels['job'] === job)
  if (measures === 'availability')
    return [{ value: mean(own.filter((series) => series.metric === 'up').map((series) => series.value)), reading: 'users' }]
  return (['users', 'scrapes too', 'no health checks'] as const).map((reading) => {
    const counts = (series: SteadySeries): boolean =>
      (reading === 'scrapes too' ||
        requestMatchers(spec)(series.metric).every((matcher) => accepts(matcher, series.labels[matcher.label] ?? ''))) &&
      (reading !== 'no health checks' || !Object.entries(series.labels).some(([label, value]) => PATH.test(label) && OWN_PATH.test(value)))
    const requests = own.filter(
      (series) =>
        metrics.includes(series.metric) &&
        jobMatchers.every((matcher) => accepts(matcher, series.labels[matcher.label] ?? '')) &&
        counts(series),
    )
    if (measures === 'latency-p95') {
      const parsed = parsePromql('histogram_quantile(0.95, sum by (le) (rate(m[1m])))')
      return {
        value: parsed.ok
          ? only(
              evaluate(
                parsed.expr,
                requests.map((series) => ({ ...series, metric: 'm' })),
              ),
            )
          : NaN,
        reading,
      }
    }
    const total = requests.reduce((sum, series) => sum + series.ratePerS, 0)
    const errors = requests
      .filter((series) => Object.entries(series.labels).some(([label, value]) => STATUS.test(label) && /^5\d\d$/.test(value)))
      .reduce((sum, series) => sum + series.ratePerS, 0)
    return { value: measures === 'error-rate' ? errors / total : (1 - errors / total / spec.slo.errorRate) * 100, reading }
  })
}

const PATH = /^(endpoint|uri|path|route|handler|http_route)$/
const OWN_PATH = /\/(metrics|prometheus|health\w*|live\w*|ready\w*)\/?$/

/** The one number of a result; NaN when there are none or several. */
export function only(result: Result): number {
  return result.kind === 'scalar' ? result.value : result.rows.length === 1 ? (result.rows[0]?.value ?? NaN) : NaN
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

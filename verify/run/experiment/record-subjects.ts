import type { NeededSeries, OwnMeasurement, Series } from '../../model/journal.ts'
import type { Plan, PromisedRule } from '../../model/plan.ts'
import { PART_MEASURES } from '../../model/spec.ts'
import type { MeasuredBy, PartMeasure, RuleSpec, Spec } from '../../model/spec.ts'
import { selectors } from '../../promql/ast.ts'
import type { Selector } from '../../promql/ast.ts'
import { parsePromql } from '../../promql/parse-promql.ts'
import { formatDuration } from '../../promql/duration.ts'
import { selectorText } from '../../promql/selector-text.ts'
import type { Ports } from '../ports.ts'
import { record } from './collect-evidence.ts'
import { messageOf } from '../../text/error-text.ts'

type Reading = OwnMeasurement & { atMs: number }

/** What a rule's subjects are measured by, where a part is asked: each part once. */
export function partMeasures(
  { measuredBy, holdsFor }: RuleSpec,
  { platform }: Pick<Spec, 'platform'>,
): { what: PartMeasure; part: string }[] {
  const what = PART_MEASURES.find((each) => each === measuredBy?.what)
  if (what === undefined || measuredBy === undefined) return []
  return partsOf(measuredBy, holdsFor['job'] ?? [], platform).map((part) => ({ what, part }))
}

function partsOf({ part }: MeasuredBy, jobs: readonly string[], platform: Spec['platform']): string[] {
  if (part !== undefined) return [part]
  return jobs.map((job) => platform.services.find((service) => service.job === job)?.name ?? job)
}

/** Counters as they are when the wait for the steady state begins: how much they rise until its end is measured. */
export async function firstCounts(spec: Spec, ports: Ports): Promise<Reading[]> {
  const counted = spec.rules.flatMap((rule) => partMeasures(rule, spec)).filter(({ what }) => what === 'slow-queries')
  return Promise.all(counted.map((each) => read(each, ports)))
}

async function read({ what, part }: { what: PartMeasure; part: string }, { measures, clock }: Ports): Promise<Reading> {
  const reading = { what, part, atMs: clock.now() }
  return measures.measure(what, part).then(
    (values) => ({ ...reading, values }),
    (error: unknown) => ({ ...reading, error: messageOf(error) }),
  )
}

/**
 * Of every rule of the specification, drilled or not: what its value is at this moment, which series it is made of, which of its alerts are
 * active, and what the parts themselves say. Changes nothing. Resolves with the alerts for which a metric has no series at all: its first
 * event may still come.
 */
export async function recordSubjects(plan: Plan, spec: Spec, ports: Ports, seen: Seen): Promise<ReadonlySet<string>> {
  const promised = plan.promised?.rules ?? []
  const unborn = new Set<string>()
  await Promise.all(
    spec.rules.map(async (rule) => {
      const { value } = promised.find(({ alert }) => alert === rule.alert) ?? {}
      if (value === undefined || seen.afterwards?.has(rule.alert) === false) return
      if (await recordRule(rule, value, plan, spec, ports, seen)) unborn.add(rule.alert)
    }),
  )
  return unborn
}

interface Seen {
  alone: boolean
  steady: boolean
  first: readonly Reading[]
  /** Of these alone, after the last experiment. */
  afterwards?: ReadonlySet<string>
}

async function recordRule(
  rule: RuleSpec,
  { expr }: NonNullable<PromisedRule['value']>,
  plan: Plan,
  spec: Spec,
  ports: Ports,
  { alone, steady, first, afterwards }: Seen,
): Promise<boolean> {
  const { prometheus } = ports
  let isUnborn = false
  const own = Promise.all(partMeasures(rule, spec).map(async (each) => since(await read(each, ports), first)))
  await record(ports, 'prometheus', null, async () => {
    const series = await prometheus.query(expr)
    const active = (await prometheus.alerts())
      .filter(({ labels }) => labels['alertname'] === rule.alert)
      .map(({ labels, state }) => ({ labels, state }))
    const needs = await neededBy(expr, Object.keys(rule.holdsFor), liveIn(plan), prometheus)
    isUnborn = needs.some((need) => need.series.length === 0 && (need.any ?? []).length === 0)
    const again = afterwards === undefined ? {} : { afterwards: true as const }
    return [{ kind: 'subjects', alert: rule.alert, expr, series, needs, active, own: await own, alone, steady, ...again }]
  })
  return isUnborn
}

/** A counter's rise since the first reading; of what was not read twice the reading as it is. */
function since({ atMs, ...now }: Reading, first: readonly Reading[]): OwnMeasurement {
  const before = first.find(({ what, part }) => what === now.what && part === now.part)
  const from = before?.values?.['count']
  const to = now.values?.['count']
  if (before === undefined || from === undefined || to === undefined) return now
  return { ...now, values: { ...now.values, count: to - from }, overMs: atMs - before.atMs }
}

/** As many scrapes without a sample of it are no accident. */
const FRESH_SCRAPES = 10

/** A selector's text -> what of it still has samples. */
type Live = (selector: string) => string

/**
 * A Prometheus that was made anew writes no staleness marker for what the one before had: a query is shown it for another five minutes,
 * though no target exports it any more. https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
 */
function liveIn({ timing }: Plan): Live {
  const slowest = Math.max(
    timing.evaluationIntervalMs,
    ...[timing, ...Object.values(timing.jobs)].map(({ scrapeIntervalMs }) => scrapeIntervalMs),
  )
  const range = formatDuration(FRESH_SCRAPES * slowest)
  return (selector) => `(${selector} and last_over_time(${selector}[${range}]))`
}

/** Each selector of the value once, with its number of series by the labels that tell subjects apart. */
async function neededBy(expr: string, labels: readonly string[], live: Live, prometheus: Ports['prometheus']): Promise<NeededSeries[]> {
  const parsed = parsePromql(expr)
  const all = parsed.ok ? selectors(parsed.expr) : []
  const once = [...new Map(all.map((each) => [selectorText(each), each])).entries()]
  return Promise.all(
    once.map(async ([selector, node]): Promise<NeededSeries> => {
      const series = await prometheus.query(`count by (${labels.join(', ')}) ${live(selector)}`)
      return { selector, series, ...(await beside(node, labels, live, prometheus)) }
    }),
  )
}

async function beside(
  { metric, matchers }: Selector,
  labels: readonly string[],
  live: Live,
  prometheus: Ports['prometheus'],
): Promise<{ any?: Series[]; counts?: Series[] }> {
  if (metric === null) return {}
  const by = [...new Set([...labels, ...matchers.map(({ label }) => label)])]
  const base = metric.endsWith('_bucket') ? `${metric.slice(0, -'_bucket'.length)}_count` : undefined
  return {
    ...(matchers.length === 0 ? {} : { any: await prometheus.query(`count by (${by.join(', ')}) ${live(metric)}`) }),
    ...(base === undefined ? {} : { counts: await prometheus.query(`count by (${labels.join(', ')}) ${live(base)}`) }),
  }
}

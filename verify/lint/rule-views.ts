import type { RuleSpec } from '../model/spec.ts'
import { nearest } from '../text/did-you-mean.ts'
import { rulesOf } from '../config/alerting/alert-rules.ts'
import type { RuleNode } from '../config/alerting/rule-node.ts'
import type { Place } from '../config/yaml/cursor.ts'
import { selectors, type Expr, type Selector, type Span } from '../promql/ast.ts'
import { normaliseCondition, type Condition } from '../promql/normalise.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { World } from '../promql/shape.ts'
import { hasSeriesOfOthers, scrapeJobs } from '../config/configuration.ts'
import type { LintInput } from './lint-check.ts'

/** Spec and its rules, for alerts that exist. */
export function* pairs(input: LintInput): Generator<[RuleSpec, RuleNode]> {
  for (const spec of input.spec.rules) for (const rule of rulesOf(input, spec)) yield [spec, rule]
}

/** Where a part of the rule's expression stands. */
export function exprAt(rule: RuleNode, { from, to }: Span): Place {
  return rule.at.near('expr').place(from, Math.max(1, to - from))
}

/** Rules outside the specification may watch targets that the catalogue does not hold. */
export function severityFor({ spec }: LintInput, { alert }: RuleNode): 'error' | 'warning' {
  return spec.rules.some((rule) => rule.alert === alert) ? 'error' : 'warning'
}

/** Jobs that are scraped and were never recorded: what they expose is not known. */
export function unrecordedJobs({ config, catalogue }: LintInput): string[] {
  const recorded = new Set(catalogue.targets.map(({ job }) => job))
  const jobs = config.prometheus.flatMap((root) => scrapeJobs(config, root)).flatMap((job) => job.string('job_name') ?? [])
  return jobs.filter((job) => !recorded.has(job))
}

/** Whether a metric that no recording has is likely to be a misspelt one, rather than that of a target which was not recorded. */
export function isMisspelt(metric: string, input: LintInput): boolean {
  return unrecordedJobs(input).length === 0 || nearest(metric, input.facts.metricNames(), 2) !== undefined
}

const NONE: ReadonlySet<Selector> = new Set()

/** Selectors of what absent() looks for: without a series they make the rule fire. */
export function soughtAbsent(rule: RuleNode): ReadonlySet<Selector> {
  if (!rule.expr.includes('absent')) return NONE
  const calls = rule.nodes.filter((node) => node.kind === 'call' && node.fn.startsWith('absent'))
  return new Set(calls.flatMap((call) => selectors(call)))
}

/**
 * A recording rule's name stands for its expression: evaluated a moment earlier, but the same. `windows`: also where rows are selected from
 * it, or a window is looked at, for what is asked of the values alone.
 */
export function inlineRecordings(expr: Expr, recordings: Map<string, Expr>, of: 'rows' | 'windows' = 'rows', depth = 0): Expr {
  if (depth > 10 || recordings.size === 0) return expr
  const go = (inner: Expr): Expr => inlineRecordings(inner, recordings, of, depth)
  switch (expr.kind) {
    case 'selector': {
      const recorded =
        expr.metric === null || (of === 'rows' && (expr.rangeMs !== undefined || expr.matchers.length > 0 || expr.offsetMs !== 0))
          ? undefined
          : recordings.get(expr.metric)
      return recorded === undefined ? expr : inlineRecordings(recorded, recordings, of, depth + 1)
    }
    case 'call':
      return { ...expr, args: expr.args.map(go) }
    case 'aggregate':
      return { ...expr, expr: go(expr.expr) }
    case 'binary':
      return { ...expr, lhs: go(expr.lhs), rhs: go(expr.rhs) }
    case 'negate':
    case 'subquery':
      return { ...expr, expr: go(expr.expr) }
    default:
      return expr
  }
}

export function recordedExpressions(input: LintInput): Map<string, Expr> {
  const recordings = new Map<string, Expr>()
  for (const recording of input.config.recordings) {
    const result = parsePromql(recording.expr)
    if (result.ok && !recording.at.has('labels')) recordings.set(recording.record, result.expr)
  }
  return recordings
}

/** Of recording rules whose name stands for one expression, with labels of their own or not: what values there can be. */
export function recordedValues(input: LintInput): Map<string, Expr> {
  const byName = Map.groupBy(input.config.recordings, ({ record }) => record)
  const recordings = new Map<string, Expr>()
  for (const [name, [only, ...more]] of byName) {
    const result = only === undefined || more.length > 0 ? undefined : parsePromql(only.expr)
    if (result?.ok === true) recordings.set(name, result.expr)
  }
  return recordings
}

export function conditionOf(expr: string, input: LintInput): Condition {
  const result = parsePromql(expr)
  return result.ok ? normaliseCondition(result.expr, input.facts) : []
}

/** What is known of labels: the catalogue, recording rules, and what the scrape configuration adds or rewrites. */
export function labelWorld({ config, facts }: Pick<LintInput, 'config' | 'facts'>): World {
  const relabelled = new Set<string>()
  for (const job of config.prometheus.flatMap((root) => scrapeJobs(config, root))) {
    for (const list of ['relabel_configs', 'metric_relabel_configs'])
      for (const step of job.items(list)) relabelled.add(step.string('target_label') ?? '')
    for (const targets of job.items('static_configs')) for (const [label] of targets.pairs('labels')) relabelled.add(label)
  }
  return {
    facts,
    closed: config.prometheus.length > 0 && !hasSeriesOfOthers(config),
    relabelled,
    recorded: Map.groupBy(
      config.recordings.map(({ record, expr, at }) => {
        const result = parsePromql(expr)
        return { record, expr: result.ok ? result.expr : undefined, labels: at.labels('labels') }
      }),
      ({ record }) => record,
    ),
  }
}

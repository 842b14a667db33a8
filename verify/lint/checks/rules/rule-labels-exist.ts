import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import { hasSeriesOfOthers, allScrapeJobs } from '../../../config/configuration.ts'
import { didYouMean, nearest } from '../../../text/did-you-mean.ts'
import { selectors, walk, type Expr, type Matcher, type Selector } from '../../../promql/ast.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { accepts, isStatus, validRegex } from '../../../promql/compare-matchers.ts'
import { exprAt, severityFor, soughtAbsent, unrecordedJobs } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-labels-exist',
    needs: ['rules'],
    title: 'Every selector of a rule can match a series',
    failureTitle: 'A selector can match no series: the rule can never fire',
    why: 'A mistyped label or job selects no series, without an error. Reported is only what the recorded targets rule out: a job that is not scraped, a label that the metric never has.',
    mend: 'In the rule file, correct the label or its value in the selector; the finding lists what the metric has. If the target changed, record it again (npm run catalogue).',
    example: 'expr: up{jobb="redis"} == 0',
  },
  *judge(input) {
    for (const rule of input.config.rules) {
      const absent = soughtAbsent(rule)
      for (const selector of rule.selectors) {
        const never = excluded(selector, input)
        if (never !== undefined && !isHalfOfTwo(rule, selector, input)) {
          yield remark(rule.alert, exprAt(rule, selector.span), never.expected, never.observed, absent.has(selector) ? ALWAYS : undefined)
          continue
        }
        for (const matcher of selector.matchers) {
          const problem = impossible(selector, matcher, input)
          if (problem === undefined) continue
          const at = exprAt(rule, selector.span)
          yield remark(
            rule.alert,
            at,
            problem.expected,
            problem.observed,
            absent.has(selector) ? ALWAYS : undefined,
            severityFor(input, rule),
          )
        }
      }
      for (const node of rule.nodes) yield* copied(rule, node, input)
    }
  },
}

const ALWAYS = 'A selector in absent() can match no series: it always fires'

/** Matchers of one label that exclude one another, or that no value meets. */
function excluded(selector: Selector, input: LintInput): { expected: string; observed: string } | undefined {
  for (const [label, own] of Map.groupBy(selector.matchers, (matcher) => matcher.label)) {
    if (own.some(({ op, value }) => /~/.test(op) && !validRegex(value))) continue
    const observed = (): string => own.map(({ op, value }) => `${label}${op}${JSON.stringify(value)}`).join(', ')
    const without = own.find(({ op, value }) => op === '!~' && EVERYTHING.test(value))
    if (without !== undefined && (without.value.endsWith('*') || (/^(?:job|instance)$/.test(label) && isScraped(selector, input))))
      return { expected: `a ${label} that there can be`, observed: `${observed()}, which excludes every value` }
    if (own.length === 1) continue
    const values = own.map(alternativesOf).find((each) => each !== undefined)
    if (values?.every((value) => !own.every((matcher) => accepts(matcher, value))) === true)
      return { expected: `a ${label} that meets all of its matchers`, observed: observed() }
  }
  return undefined
}

/**
 * Mixins write a rule for the integrations that are critical, and one for the others: where all are critical, the other has none.
 * https://github.com/prometheus/alertmanager/tree/main/doc/alertmanager-mixin
 */
function isHalfOfTwo(rule: RuleNode, { metric, matchers }: Selector, { config }: LintInput): boolean {
  const without = matchers.find(({ op, value }) => op === '!~' && EVERYTHING.test(value))
  return (
    without !== undefined &&
    config.rules.some(
      (other) =>
        other.alert === rule.alert &&
        other.selectors.some(
          (each) =>
            each.metric === metric &&
            each.matchers.some(({ label, op, value }) => label === without.label && op === '=~' && value === without.value),
        ),
    )
  )
}

const EVERYTHING = /^\(?\.[*+]\)?$/

/** The only values that a matcher takes; undefined where there are others. */
function alternativesOf({ op, value }: Matcher): string[] | undefined {
  if (op === '=') return [value]
  return op === '=~' && /^\(?[\w-]+(?:\|[\w-]+)*\)?$/.test(value) ? value.replace(/[()]/g, '').split('|') : undefined
}

/** label_replace and label_join of a label that no series has make an empty one. */
function* copied(rule: RuleNode, node: Expr, { facts }: LintInput): Generator<Remark> {
  if (node.kind !== 'call' || !/^label_(?:replace|join)$/.test(node.fn)) return
  const [vector, , ...texts] = node.args
  if (vector === undefined) return
  const named = (node.fn === 'label_join' ? texts.slice(1) : texts.slice(1, 2)).flatMap((each) => (each.kind === 'string' ? [each] : []))
  const inner = selectors(vector)
  const all = inner.map(({ metric }) => (metric === null ? undefined : facts.labelsOf(metric)))
  const known = new Set(all.flatMap((labels) => [...(labels ?? [])]))
  // A label that is made on the way is one that the series do not have.
  if (all.length === 0 || all.includes(undefined) || walk(vector).some((each) => each.kind === 'call' && each.fn.startsWith('label_')))
    return
  for (const label of named)
    if (label.value !== '' && !known.has(label.value) && nearest(label.value, known) !== undefined)
      yield remark(
        rule.alert,
        exprAt(rule, label.span),
        `a label of ${inner.map(({ metric }) => metric ?? '').join(', ')} (${[...known].sort().join(', ')})`,
        `${label.value}${didYouMean(label.value, known)}`,
        `${node.fn} reads a label that no series has: what it makes is empty`,
        'warning',
      )
}

function impossible(selector: Selector, matcher: Matcher, input: LintInput): { expected: string; observed: string } | undefined {
  const text = (): string => `${matcher.label}${matcher.op}${JSON.stringify(matcher.value)}`
  if (/~/.test(matcher.op) && !validRegex(matcher.value)) return { expected: 'a valid RE2 regular expression', observed: text() }
  if (/^(?:job|instance)$/.test(matcher.label) && matcher.op === '=' && matcher.value === '' && isScraped(selector, input))
    return { expected: `a ${matcher.label}: every series that is scraped has one`, observed: text() }
  const { facts } = input
  const labels = selector.metric === null ? undefined : facts.labelsOf(selector.metric)
  // No status has dots or alternatives.
  if (/^!?=$/.test(matcher.op) && isStatus(matcher.label) && /^\d\.\.$|^\d{3}\|\d|\.[*+]|^\d\[/.test(matcher.value))
    return {
      expected: `${matcher.label}${matcher.op === '=' ? '=~' : '!~'}${JSON.stringify(matcher.value)}`,
      observed: `${text()}, which compares the text as it is`,
    }
  if (selector.metric === null || labels === undefined) return undefined
  // A misspelt label that is excluded excludes nothing.
  if (accepts(matcher, '') && (labels.has(matcher.label) || nearest(matcher.label, labels, 1) === undefined)) return undefined
  if (!labels.has(matcher.label))
    return {
      expected: `a label of ${selector.metric} (${[...labels].sort().join(', ')})`,
      observed: `${text()}${didYouMean(matcher.label, labels)}`,
    }
  // No value has a star or alternatives: what was meant is a regular expression.
  if (/^!?=$/.test(matcher.op) && /\.[*+]|\w\*$|^\*|^\d\.\.$|^\d\[|\w\|\w|^\^|\$$/.test(matcher.value))
    return {
      expected: `${matcher.label}${matcher.op === '=' ? '=~' : '!~'}${JSON.stringify(matcher.value)}`,
      observed: `${text()}, which compares the text as it is`,
    }
  // So are the bounds of its buckets, which are texts to Prometheus 2 and numbers to Prometheus 3.
  const bounds = matcher.label === 'le' && matcher.op === '=' ? [...(facts.valuesOf(selector.metric, 'le') ?? [])] : []
  if (bounds.length > 0 && !bounds.some((bound) => sameBound(bound, matcher.value)))
    return {
      expected: `a bucket of ${selector.metric} (${bounds.sort((a, b) => boundOf(a) - boundOf(b)).join(', ')})`,
      observed: text(),
    }
  const known = facts.valuesOf(selector.metric, matcher.label)
  const recorded = known?.has(matcher.value) === true ? [] : [...(known ?? [])]
  const alike = recorded.find((value) => value.toLowerCase() === matcher.value.toLowerCase())
  if (matcher.op === '=' && alike !== undefined) return { expected: `${matcher.label}="${alike}", as it was recorded`, observed: text() }
  // 404 is no 4xx to a regular expression.
  if (matcher.op === '=~' && /^\^?\dxx$/i.test(matcher.value) && recorded.length > 0 && recorded.every((value) => /^\d{3}$/.test(value)))
    return { expected: `${matcher.label}=~"${matcher.value.replace(/^\^/, '')[0] ?? ''}.."`, observed: text() }
  // Jobs are a closed set; other labels get values that were not recorded.
  const jobs = facts.jobsExposing(selector.metric) ?? []
  if (
    matcher.label === 'job' &&
    !jobs.some((job) => accepts(matcher, job)) &&
    !unrecordedJobs(input).some((job) => accepts(matcher, job)) &&
    !hasSeriesOfOthers(input.config)
  )
    return {
      expected: `a job that exposes ${selector.metric} (${jobs.join(', ')})`,
      observed: `${text()}${didYouMean(matcher.value, jobs)}`,
    }
  if (matcher.label === 'instance' && matcher.op === '=') {
    const targets = instancesOf(jobs, input)
    if (targets !== undefined && !targets.includes(matcher.value))
      return {
        expected: `a target of ${jobs.join(', ')} (${targets.join(', ')})`,
        observed: `${text()}${didYouMean(matcher.value, targets)}`,
      }
  }
  if (matcher.op === '=~') {
    const values = matcher.label === 'instance' ? (instancesOf(jobs, input) ?? []) : [...(known ?? [])]
    const whole = { ...matcher, value: `.*(?:${matcher.value}).*` }
    if (values.length > 0 && !values.some((value) => accepts(matcher, value)) && values.some((value) => accepts(whole, value)))
      return {
        expected: `${matcher.label}=~${JSON.stringify(`.*${matcher.value}.*`)}: a regular expression has to match the whole value`,
        observed: text(),
      }
  }
  return undefined
}

/** Not what a recording rule or a push makes, which may have neither label. */
function isScraped({ metric }: Selector, { config }: LintInput): boolean {
  return metric !== null && !metric.includes(':') && !config.recordings.some(({ record }) => record === metric) && !/^ALERTS/.test(metric)
}

function boundOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le)
}

function sameBound(one: string, other: string): boolean {
  return one === other || boundOf(one) === boundOf(other)
}

/** Addresses of these jobs; undefined where one is discovered, relabelled, or not scraped by what is written here. */
function instancesOf(jobs: readonly string[], { config }: LintInput): string[] | undefined {
  const written = allScrapeJobs(config)
  const own = written.filter((job) => jobs.includes(job.string('job_name') ?? ''))
  const isOpen = written.some((job) => job.has('relabel_configs') || job.has('metric_relabel_configs') || job.has('honor_labels'))
  const isFound = written.some((job) => job.pairs().some(([key]) => /_sd_configs$/.test(key)))
  if (own.length === 0 || own.length < new Set(jobs).size || isOpen || isFound) return undefined
  return written.flatMap((job) => job.items('static_configs').flatMap((entry) => entry.strings('targets')))
}

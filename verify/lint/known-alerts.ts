import { labelsOf } from '../config/alerting/alert-rules.ts'
import { allRoutes, routeTree, type Route } from '../config/alerting/route-tree.ts'
import type { Cursor } from '../config/yaml/cursor.ts'
import type { Matcher } from '../model/route.ts'
import type { Labels } from '../model/spec.ts'
import { matches, parseMatchers } from '../routing/route-matchers.ts'
import { lacks, shapeOf, type Shape } from '../promql/shape.ts'
import { valuesOf } from '../routing/matcher-sets.ts'
import { matchersOf } from '../routing/tree.ts'
import { nearest, slipOf } from '../text/did-you-mean.ts'
import type { LintInput } from './lint-check.ts'
import { allScrapeJobs } from '../config/configuration.ts'
import { labelWorld } from './rule-views.ts'

/** What is known of an alert before it fires: the labels of its rule, and those that its expression has or lacks. */
export interface KnownAlert {
  fixed: Labels
  shape: Shape
}

const ANY: Shape = { always: new Set(), may: null, values: new Map() }

/** Every alert of the rule files and of the specification. */
export function knownAlerts(input: LintInput): KnownAlert[] {
  const world = { ...labelWorld(input), closed: false }
  return [
    ...input.config.rules.map((rule) => {
      const result = rule.parsed
      return { fixed: { ...labelsOf(rule), alertname: rule.alert }, shape: result.ok ? shapeOf(result.expr, world) : ANY }
    }),
    ...input.spec.rules
      .filter(({ alert }) => !input.config.rules.some((rule) => rule.alert === alert))
      .map(({ alert, labels }) => ({ fixed: { ...labels, alertname: alert }, shape: ANY })),
  ]
}

/** Whether an alert can have this value in a label, as far as is known. */
function mayHave({ fixed, shape }: KnownAlert, matcher: Matcher): boolean {
  const value = fixed[matcher.label]
  if (value !== undefined && !value.includes('{{')) return matches(matcher, fixed)
  return !lacks(shape, matcher.label) || matches(matcher, {})
}

/** Why a matcher takes no alert; undefined where one may come that it takes. */
function deadMatcher(matcher: Matcher, alerts: readonly KnownAlert[]): string | undefined {
  const { label, op, value } = matcher
  // Without the label a negative matcher matches, and so does one that asks for the empty value.
  if (op === '!=' || op === '!~' || matches(matcher, {})) return undefined
  const values = [...new Set(alerts.flatMap(({ fixed }) => fixed[label] ?? []))]
  if (values.some((known) => known.includes('{{') || matches(matcher, { [label]: known }))) return undefined
  const quote = /^(['"`]).*\1$|^(?:[“”«]).*[“”»]$/.exec(value)
  if (quote !== null)
    return quote[1] === "'" ? 'single quotes are part of the value: write double quotes, or none' : 'the quotes are part of the value'
  const meant = misspeltLabel(label, alerts)
  if (meant !== undefined) return `no alert has the label ${label}; did you mean ${meant}?`
  if (op === '=~' && values.length > 0 && /^[\w-]+\*$/.test(value))
    return `${value.at(-2)}* is any number of ${value.at(-2)}: a regular expression for what begins with it is ${value.slice(0, -1)}.*`
  if (op === '=~') return partOf(value, values) ?? nearestAlternative(matcher, values, alerts)
  if (value === '*' || /\.[*+]|^\^|\$$|\\[dw.]|\w\*$|^\*\w/.test(value))
    return '= compares the text as it is: =~ takes a regular expression'
  if (/^[\w-]+(?:\|[\w-]+)+$/.test(value)) return '= compares the text as it is: =~ takes alternatives'
  if (value !== value.trim()) return 'blanks are part of the value'
  return nearestOf(label, value, values, alerts)
}

/** A regular expression takes whole values: `crit` does not take critical. */
function partOf(value: string, values: readonly string[]): string | undefined {
  const parts = value.split('|').map((part) => part.trim())
  const trimmed = parts.find((part) => values.includes(part))
  if (trimmed !== undefined) return 'blanks are part of the value'
  // Of a pattern that begins or ends with any text, the rest was meant as a whole.
  const found = parts
    .filter((part) => /^\^?[\w-]{3,}\$?$/.test(part))
    .flatMap((part) => {
      const text = part.replace(/[\^$]/g, '')
      const whole = values.find((known) => !known.includes('{{') && known.length > text.length && known.includes(text))
      return whole === undefined ? [] : { text, whole }
    })
  const [{ text, whole } = { text: '', whole: '' }] = found
  if (found.length === 0 || found.length < parts.length) return undefined
  return `=~ takes the whole value, and ${text} is a part of ${whole}: ${whole.startsWith(text) ? `${text}.*` : `.*${text}.*`}`
}

function nearestAlternative(matcher: Matcher, values: readonly string[], alerts: readonly KnownAlert[]): string | undefined {
  for (const alternative of valuesOf(matcher) ?? []) {
    const reason = nearestOf(matcher.label, alternative, values, alerts)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** One of several alternatives that a slip of the fingers made of a value which no other of them takes. */
function idleAlternative(matcher: Matcher, alerts: readonly KnownAlert[]): string | undefined {
  const alternatives = matcher.op === '=~' || matcher.op === '!~' ? (valuesOf({ ...matcher, op: '=~' }) ?? []) : []
  if (alternatives.length < 2) return undefined
  const values = new Set(alerts.flatMap(({ fixed }) => fixed[matcher.label] ?? []))
  if (alerts.some(({ fixed }) => fixed[matcher.label] === undefined)) return undefined
  for (const alternative of alternatives) {
    const meant = slipOf(alternative, values)
    if (meant !== undefined && !alternatives.includes(meant)) return `no alert has ${alternative}; did you mean ${meant}?`
  }
  return undefined
}

/** What takes every alert, as it asks for a label that none has not to be something. */
function takesEvery(matcher: Matcher, alerts: readonly KnownAlert[]): string | undefined {
  if (matcher.op !== '!=' && matcher.op !== '!~') return undefined
  const meant = slippedLabel(matcher.label, alerts)
  return meant === undefined ? undefined : `no alert has the label ${matcher.label}; did you mean ${meant}? It takes every alert`
}

/** Of a label that every rule sets, a value that no rule gives it and that is near to one of theirs. */
function nearestOf(label: string, value: string, values: readonly string[], alerts: readonly KnownAlert[]): string | undefined {
  const always = values.length > 0 && alerts.every(({ fixed }) => fixed[label] !== undefined)
  const near = always ? nearest(value, values) : undefined
  // crit for critical: a name of an alert may begin as another.
  const [longer, ...others] =
    always && near === undefined && label !== 'alertname' && /^[a-z]{3,}$/i.test(value) ? startingWith(value, values) : []
  const meant = near ?? (others.length > 0 ? undefined : longer)
  return meant === undefined ? undefined : `no alert has it; did you mean ${meant}?`
}

function startingWith(value: string, values: readonly string[]): string[] {
  return values.filter((known) => known.toLowerCase().startsWith(value.toLowerCase()) && /^[a-z]+$/i.test(known))
}

/** The label that every rule sets and that is meant by one which no rule and no series has. */
function misspeltLabel(label: string, alerts: readonly KnownAlert[]): string | undefined {
  const [first, ...others] = alerts
  if (first === undefined || alerts.some(({ fixed, shape }) => fixed[label] !== undefined || shape.always.has(label))) return undefined
  if (A_RULES_KEY.test(label)) return 'alertname'
  return nearest(
    label,
    Object.keys(first.fixed).filter((name) => others.every(({ fixed }) => fixed[name] !== undefined)),
  )
}

/** Labels that most alerts have from their targets. */
const USUAL = 'alertname severity job instance namespace cluster service environment region'.split(' ')

/** As misspeltLabel, for a label that other alerts may have: by a slip of the fingers or its case alone, device is no service. */
export function slippedLabel(label: string, alerts: readonly KnownAlert[]): string | undefined {
  if (alerts.some(({ fixed, shape }) => fixed[label] !== undefined || shape.always.has(label) || shape.may?.has(label) === true))
    return undefined
  const known = new Set([...USUAL, ...alerts.flatMap(({ fixed }) => Object.keys(fixed))])
  if (known.has(label)) return undefined
  if (A_RULES_KEY.test(label)) return 'alertname'
  return [...known].find((each) => each.toLowerCase() === label.toLowerCase()) ?? slipOf(label, known)
}

/** What a rule has its name under. */
const A_RULES_KEY = /^(?:alerts?|alert[-_]?name)$/i

export interface DeadMatcher {
  matcher: Matcher
  reason: string
  at: Cursor
}

type Prefix = '' | 'source_' | 'target_'

/** Matchers of a route or of one side of an inhibit rule that take no alert, each at its own line. */
export function deadMatchersOf(at: Cursor, prefix: Prefix, alerts: readonly KnownAlert[]): DeadMatcher[] {
  return matchersWith(at, prefix, (matcher) => deadMatcher(matcher, alerts))
}

/** Matchers that take every alert, or of whose alternatives one takes none, by a slip: not what was meant, each at its own line. */
export function slippedMatchersOf(at: Cursor, prefix: Prefix, alerts: readonly KnownAlert[]): DeadMatcher[] {
  return matchersWith(at, prefix, (matcher) => takesEvery(matcher, alerts) ?? idleAlternative(matcher, alerts))
}

/** Matchers of a label that no alert has: they may be for what another Prometheus sends. */
export function strangeMatchersOf(at: Cursor, prefix: Prefix, input: LintInput): DeadMatcher[] {
  return matchersWith(at, prefix, (matcher) => strangeMatcher(matcher, input))
}

function matchersWith(at: Cursor, prefix: Prefix, reasonOf: (matcher: Matcher) => string | undefined): DeadMatcher[] {
  return writtenMatchers(at, prefix).flatMap(({ matcher, at: place }) => {
    const reason = reasonOf(matcher)
    return reason === undefined ? [] : [{ matcher, reason, at: place }]
  })
}

function writtenMatchers(at: Cursor, prefix: Prefix): { matcher: Matcher; at: Cursor }[] {
  const written = at.get(`${prefix}matchers`)
  const texts = written === undefined ? [] : written.isList() ? written.items() : [written]
  const found = texts.flatMap((text) => parseMatchers(text.string() ?? '').matchers.map((matcher) => ({ matcher, at: text })))
  for (const [key, op] of [
    [`${prefix}match`, '='],
    [`${prefix}match_re`, '=~'],
  ] as const)
    for (const [label, value] of at.pairs(key)) found.push({ matcher: { label, op, value: value.string() ?? '' }, at: value })
  return found
}

/** Why no alert of this Prometheus meets a matcher of a label that its rules and series do not have; undefined where one may. */
function strangeMatcher(matcher: Matcher, input: LintInput): string | undefined {
  const { label, op, value } = matcher
  if (op === '!=' || op === '!~' || matches(matcher, {})) return undefined
  const roots = input.config.prometheus
  if (label === 'job' && op === '=') {
    const jobs = allScrapeJobs(input.config).flatMap((job) => job.string('job_name') ?? [])
    const near = jobs.includes(value) ? undefined : nearest(value, jobs, 2)
    return near === undefined ? undefined : `no job has this name; did you mean ${near}?`
  }
  if (!isNeverSet(label, input)) return undefined
  const external = roots.flatMap((root) => root.string('global', 'external_labels', label) ?? [])
  if (external.length === 0) return `no rule and no external_labels set ${label}`
  if (external.some((each) => each.includes('$') || matches(matcher, { [label]: each }))) return undefined
  return `external_labels sets ${label} to ${external.join(', ')}`
}

/**
 * Whether no rule of this Prometheus sets the label, no series of their expressions has it, and no relabelling adds it. False where
 * something of this is not known.
 */
export function isNeverSet(label: string, input: LintInput): boolean {
  const { config, spec } = input
  const roots = config.prometheus
  if (roots.length === 0 || config.rules.length === 0 || label === 'alertname') return false
  if (spec.rules.some(({ alert, labels }) => labels[label] !== undefined || !config.rules.some((rule) => rule.alert === alert)))
    return false
  const steps = roots.flatMap((root) => [
    ...root.items('alerting', 'alert_relabel_configs'),
    ...root.items('alerting', 'alertmanagers').flatMap((each) => each.items('alert_relabel_configs')),
  ])
  const discovered = allScrapeJobs(config).some((job) =>
    ['relabel_configs', 'metric_relabel_configs'].some((list) => job.items(list).some((step) => step.string('action') === 'labelmap')),
  )
  if (discovered || steps.some((step) => step.string('target_label') === label || step.string('action') === 'labelmap')) return false
  // What Prometheus reports of a scrape has the labels of its target.
  const ofTarget = new Set(['job', 'instance'])
  const labels = (metric: string): ReadonlySet<string> | undefined =>
    /^(?:up|scrape_\w+)$/.test(metric) ? new Set(ofTarget) : input.facts.labelsOf(metric)
  const world = { ...labelWorld(input), facts: { ...input.facts, labelsOf: labels } }
  return config.rules.every((rule) => {
    const result = rule.parsed
    return labelsOf(rule)[label] === undefined && result.ok && lacks(shapeOf(result.expr, world), label)
  })
}

/** Receivers whose own route takes no alert: what goes elsewhere instead has this as its cause. */
export function receiversWithDeadRoute(alertmanager: Cursor, input: LintInput): Set<string> {
  const root = routeTree(alertmanager)
  if (root === undefined) return new Set()
  const alerts = knownAlerts(input)
  const dead = (route: Route): boolean => deadMatchersOf(route.at, '', alerts).length > 0
  return new Set([...allRoutes(root)].filter(dead).map((route) => route.receiver))
}

/** Labels of `equal` that keep an inhibit rule from ever matching; undefined where some pair of alerts can match. */
export function neverEqual(
  rule: Cursor,
  alerts: readonly KnownAlert[],
): { labels: string[]; source: KnownAlert; target: KnownAlert } | undefined {
  const side = (prefix: 'source_' | 'target_'): KnownAlert[] => {
    const { matchers } = matchersOf(rule, prefix)
    return alerts.filter((alert) => matchers.every((matcher) => mayHave(alert, matcher)))
  }
  const [sources, targets] = [side('source_'), side('target_')]
  const equal = rule.strings('equal')
  let closest: { labels: string[]; source: KnownAlert; target: KnownAlert } | undefined
  for (const source of sources)
    for (const target of targets) {
      if (source === target) continue
      const labels = equal.filter((label) => !canBeEqual(source, target, label))
      if (labels.length === 0) return undefined
      if (closest === undefined || labels.length < closest.labels.length) closest = { labels, source, target }
    }
  return closest
}

function canBeEqual(one: KnownAlert, other: KnownAlert, label: string): boolean {
  const [mine, theirs] = [one.fixed[label], other.fixed[label]]
  if (mine !== undefined && theirs !== undefined) return mine === theirs || `${mine}${theirs}`.includes('{{')
  const hasNot = ({ fixed, shape }: KnownAlert): boolean => fixed[label] === undefined && lacks(shape, label)
  const has = ({ fixed, shape }: KnownAlert): boolean => fixed[label] !== undefined || shape.always.has(label)
  return !(hasNot(one) && has(other)) && !(hasNot(other) && has(one))
}

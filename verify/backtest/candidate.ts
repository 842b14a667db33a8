import type { LoadedGroup } from '../model/journal.ts'
import type { Labels, RuleSpec } from '../model/spec.ts'
import { compareExpressions } from '../promql/expression-difference.ts'
import { labelKey } from '../promql/labels.ts'
import { parsePromql } from '../promql/parse-promql.ts'

export type LoadedRule = LoadedGroup['rules'][number]

/** One alert rule as a text has it. */
export interface WrittenRule extends Pick<RuleSpec, 'alert' | 'forMs' | 'keepFiringForMs' | 'labels'> {
  expr: string
  /** Of its group; undefined: the server's default. */
  intervalMs: number | undefined
  /** Where it stands: file and group. */
  place: string
}

/** One rule to look back at. */
export interface Candidate extends Omit<WrittenRule, 'intervalMs'> {
  /** The loaded group whose ALERTS it is compared with; null where no rule of its name is loaded. */
  group: LoadedGroup | null
  intervalMs: number
  /**
   * recorded: what ALERTS holds must be what this rule gives. would: the rule was not loaded as it is here, so only what it would have done
   * can be said.
   */
  asks: 'recorded' | 'would'
  /** How it differs from what is loaded; empty: not at all. */
  differs: string[]
}

/** Every loaded alerting rule. */
export function loadedCandidates(groups: readonly LoadedGroup[]): Candidate[] {
  return groups.flatMap((group) =>
    alertsIn(group).map((rule) => ({
      ...written(rule, group),
      group,
      intervalMs: group.intervalMs,
      asks: 'recorded' as const,
      differs: [],
    })),
  )
}

/** What the specification promises, against what was recorded: a rule that is not loaded is a finding of its own. */
export function specifiedCandidates(rules: readonly RuleSpec[], groups: readonly LoadedGroup[], evaluationIntervalMs: number): Candidate[] {
  return rules.map((spec) => {
    const loaded = loadedRule(spec.alert, spec.labels, groups)
    const rule = {
      alert: spec.alert,
      expr: spec.condition.expr,
      forMs: spec.forMs,
      keepFiringForMs: spec.keepFiringForMs,
      labels: spec.labels,
    }
    return {
      ...rule,
      place: 'specification',
      group: loaded?.group ?? null,
      intervalMs: loaded?.group.intervalMs ?? evaluationIntervalMs,
      asks: 'recorded' as const,
      differs: loaded === undefined ? ['no rule of this name is loaded'] : differences(rule, loaded.rule),
    }
  })
}

/** Rules of files: one that is loaded as it is here is compared with what was recorded, any other is asked what it would have done. */
export function fileCandidates(rules: readonly WrittenRule[], groups: readonly LoadedGroup[], evaluationIntervalMs: number): Candidate[] {
  return rules.map((rule) => {
    const loaded = loadedRule(rule.alert, rule.labels, groups)
    const differs = loaded === undefined ? ['not loaded'] : differences(rule, loaded.rule)
    const intervalMs = rule.intervalMs ?? loaded?.group.intervalMs ?? evaluationIntervalMs
    if (loaded !== undefined && rule.intervalMs !== undefined && rule.intervalMs !== loaded.group.intervalMs)
      differs.push(`interval ${rule.intervalMs / 1_000} s instead of ${loaded.group.intervalMs / 1_000} s`)
    return {
      alert: rule.alert,
      expr: rule.expr,
      forMs: rule.forMs,
      keepFiringForMs: rule.keepFiringForMs,
      labels: rule.labels,
      place: rule.place,
      group: loaded?.group ?? null,
      intervalMs,
      asks: differs.length === 0 ? ('recorded' as const) : ('would' as const),
      differs,
    }
  })
}

export function alertsIn(group: LoadedGroup): LoadedRule[] {
  return group.rules.filter(({ type }) => type === 'alerting')
}

function written(rule: LoadedRule, { file, name }: LoadedGroup): Omit<Candidate, 'group' | 'intervalMs' | 'asks' | 'differs'> {
  const { query, forMs, keepFiringForMs, labels } = rule
  return { alert: rule.name, expr: query, forMs, keepFiringForMs, labels, place: `${file};${name}` }
}

/** Of several of one name that with these labels, else the first. */
function loadedRule(alert: string, labels: Labels, groups: readonly LoadedGroup[]): { group: LoadedGroup; rule: LoadedRule } | undefined {
  const named = groups.flatMap((group) => alertsIn(group).flatMap((rule) => (rule.name === alert ? [{ group, rule }] : [])))
  return named.find(({ rule }) => labelKey(rule.labels) === labelKey(labels)) ?? named[0]
}

/** Of the rule from what is loaded, as far as it decides when the alert is active and with which labels. */
function differences(rule: Pick<Candidate, 'expr' | 'forMs' | 'keepFiringForMs' | 'labels'>, loaded: LoadedRule): string[] {
  const found: string[] = []
  // Prometheus prints an expression in its own way.
  const difference = compareExpressions(rule.expr, loaded.query)
  if (!parsePromql(rule.expr).ok || difference.kind !== 'same') found.push('another expression')
  if (rule.forMs !== loaded.forMs) found.push(`for ${rule.forMs / 1_000} s instead of ${loaded.forMs / 1_000} s`)
  if (rule.keepFiringForMs !== loaded.keepFiringForMs)
    found.push(`keep_firing_for ${rule.keepFiringForMs / 1_000} s instead of ${loaded.keepFiringForMs / 1_000} s`)
  if (labelKey(rule.labels) !== labelKey(loaded.labels)) found.push('other labels')
  return found
}

import { compareConditions } from '../../promql/compare.ts'
import { normaliseCondition } from '../../promql/normalise.ts'

import type { RuleSpec } from '../../model/spec.ts'
import type { Facts } from '../../model/facts.ts'
import type { Configuration } from '../configuration.ts'
import type { RuleNode } from './rule-node.ts'
import { remembered } from '../../text/remembered.ts'

interface Known {
  config: Configuration
  facts: Facts
}

/** All rules of each name. */
const byName = remembered((rules: readonly RuleNode[]) => Map.groupBy(rules, ({ alert }) => alert))

/** The rules of a specified alert, in file order. Several together are alternatives: each fires on its own. */
export function rulesOf({ config, facts }: Known, spec: RuleSpec): RuleNode[] {
  const named = byName(config.rules).get(spec.alert) ?? []
  const own =
    named.length < 2
      ? named
      : named.filter((rule) => Object.entries(spec.labels).every(([label, value]) => labelsOf(rule)[label] === value))
  return own.length === 0 ? named : named.filter((rule) => own.includes(rule) || !own.some((mine) => isStep(mine, rule, facts)))
}

/** Rules of the alert's name that are further steps of its ladder. */
export function furtherSteps(known: Known, spec: RuleSpec): RuleNode[] {
  const own = rulesOf(known, spec)
  return (byName(known.config.rules).get(spec.alert) ?? []).filter((rule) => !own.includes(rule))
}

/** Labels of the rule and, from Prometheus 3 on, of its group; the rule's own win. */
export function labelsOf(rule: RuleNode): Record<string, string> {
  return { ...rule.group.labels('labels'), ...rule.at.labels('labels') }
}

const STEP = new Set(['threshold', 'comparator', 'unit', 'window', 'quantile'])

/**
 * Whether two rules of one name differ in threshold, window or `for`, and in a label: steps of a ladder (warning at 80 %, critical at 90 %;
 * warning after 30 minutes, critical after 6 hours).
 */
export function isStep(one: RuleNode, other: RuleNode, facts: Facts): boolean {
  const [mine, theirs] = [labelsOf(one), labelsOf(other)]
  if (!Object.entries(mine).some(([label, value]) => theirs[label] !== undefined && theirs[label] !== value)) return false
  const difference = differsInAmount(one, other, facts)
  const longer = (one.at.durationMs('for') ?? 0) - (other.at.durationMs('for') ?? 0)
  if (difference !== 'same' || longer === 0) return difference === 'differs'
  // Of one condition the graver step comes later: a critical that fires first leaves its warning nothing to say.
  const [my, their] = [GRAVITY.indexOf(mine['severity'] ?? ''), GRAVITY.indexOf(theirs['severity'] ?? '')]
  return my < 0 || their < 0 || my === their || my > their === longer > 0
}

const GRAVITY = ['info', 'warning', 'critical']

/** Whether two rules ask the same but for threshold, window or quantile; undefined where one of them is no PromQL. */
export function differsInAmount(one: RuleNode, other: RuleNode, facts: Facts): 'same' | 'differs' | 'elsewhere' | undefined {
  const [a, b] = [one.parsed, other.parsed]
  if (!a.ok || !b.ok) return undefined
  const differences = compareConditions(normaliseCondition(a.expr, facts), normaliseCondition(b.expr, facts), facts)
  return differences.length === 0 ? 'same' : differences.every(({ aspect }) => STEP.has(aspect)) ? 'differs' : 'elsewhere'
}

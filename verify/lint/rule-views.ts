import type { RuleSpec } from '../model/spec.ts'
import type { LintInput } from './check.ts'
import type { RuleNode } from '../config/configuration.ts'
import type { Facts } from '../model/facts.ts'
import { selectors } from '../promql/ast.ts'
import type { Expr, Selector } from '../promql/ast.ts'
import { compareConditions } from '../promql/compare.ts'
import { normaliseCondition } from '../promql/normalise.ts'
import type { Condition } from '../promql/normalise.ts'
import { parsePromql } from '../promql/parse.ts'
import type { Parsed } from '../promql/parse.ts'

/** Rule views that several checks share, computed once for each rule. */
const parsed = new WeakMap<RuleNode, Parsed>()

export function parsedRule(rule: RuleNode): Parsed {
  const known = parsed.get(rule) ?? parsePromql(rule.expr)
  parsed.set(rule, known)
  return known
}

/** The rules of an alert of the specification, in file order. Several together are alternatives: each fires on its own. */
export function rulesOf(input: Pick<LintInput, 'config' | 'facts'>, spec: RuleSpec): RuleNode[] {
  const named = input.config.rules.filter((rule) => rule.alert === spec.alert)
  const own =
    named.length < 2
      ? named
      : named.filter((rule) => Object.entries(spec.labels).every(([label, value]) => labelsOf(rule)[label] === value))
  return own.length === 0 ? named : named.filter((rule) => own.includes(rule) || !own.some((mine) => isStep(mine, rule, input.facts)))
}

/** The rules of its name that are further steps of its ladder. */
export function furtherSteps(input: Pick<LintInput, 'config' | 'facts'>, spec: RuleSpec): RuleNode[] {
  const own = rulesOf(input, spec)
  return input.config.rules.filter((rule) => rule.alert === spec.alert && !own.includes(rule))
}

/** Those of the group, which Prometheus 3 knows, are on each of its alerts; the rule's own win. */
export function labelsOf(rule: RuleNode): Record<string, string> {
  return { ...rule.group.labels('labels'), ...rule.at.labels('labels') }
}

const STEP = new Set(['threshold', 'comparator', 'unit', 'window', 'quantile'])

/**
 * Whether two rules of one name ask the same for different amounts, under different labels: steps of a ladder (warning at 80 %, critical at
 * 90 %).
 */
export function isStep(one: RuleNode, other: RuleNode, facts: Facts): boolean {
  const [a, b] = [parsedRule(one), parsedRule(other)]
  const [mine, theirs] = [labelsOf(one), labelsOf(other)]
  if (!a.ok || !b.ok || !Object.entries(mine).some(([label, value]) => theirs[label] !== undefined && theirs[label] !== value)) return false
  const differences = compareConditions(normaliseCondition(a.expr, facts), normaliseCondition(b.expr, facts), facts)
  return differences.length > 0 && differences.every(({ aspect }) => STEP.has(aspect))
}

/** Spec and its rules, for alerts that exist. */
export function* pairs(input: LintInput): Generator<[RuleSpec, RuleNode]> {
  for (const spec of input.spec.rules) for (const rule of rulesOf(input, spec)) yield [spec, rule]
}

export function ruleSelectors(rule: RuleNode): Selector[] {
  const result = parsedRule(rule)
  return result.ok ? selectors(result.expr) : []
}

/** A recording rule's name stands for its expression: evaluated a moment earlier, but the same. */
export function inlineRecordings(expr: Expr, recordings: Map<string, Expr>, depth = 0): Expr {
  if (depth > 10 || recordings.size === 0) return expr
  const go = (inner: Expr): Expr => inlineRecordings(inner, recordings, depth)
  switch (expr.kind) {
    case 'selector': {
      const recorded =
        expr.metric === null || expr.rangeMs !== undefined || expr.matchers.length > 0 || expr.offsetMs !== 0
          ? undefined
          : recordings.get(expr.metric)
      return recorded === undefined ? expr : inlineRecordings(recorded, recordings, depth + 1)
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

export function conditionOf(expr: string, input: LintInput): Condition {
  const result = parsePromql(expr)
  return result.ok ? normaliseCondition(result.expr, input.facts) : []
}

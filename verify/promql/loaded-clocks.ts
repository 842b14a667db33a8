import type { LoadedGroup } from '../model/journal.ts'
import type { Timing } from '../model/plan.ts'
import type { Labels } from '../model/spec.ts'
import { children, type Expr } from './ast.ts'
import { parsePromql } from './parse-promql.ts'

/**
 * How long Prometheus takes a sample for the present one, unless --query.lookback-delta says otherwise.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
 */
export const LOOKBACK_MS = 300_000

/**
 * How often the rule behind an alert is evaluated, ms: its group's own interval, or the default. Of several rules that may be meant the
 * slowest.
 */
export function evaluationIntervalOf(timing: Timing, alert: string, labels: Labels): number {
  const own = (timing.rules ?? []).filter((rule) => rule.alert === alert && !contradicts(rule.labels, labels))
  return own.length === 0 ? timing.evaluationIntervalMs : Math.max(...own.map(({ intervalMs }) => intervalMs))
}

/** The interval after which every alert rule was evaluated, ms. */
export function slowestEvaluationMs(timing: Timing): number {
  return Math.max(timing.evaluationIntervalMs, ...(timing.rules ?? []).map(({ intervalMs }) => intervalMs))
}

/** How far back the loaded rules look at most, ms: ranges, subqueries and offsets, and how long an alert fires on (keep_firing_for). */
export function longestMemoryMs(groups: readonly LoadedGroup[]): number {
  const reach = (expr: Expr): number => {
    const own = expr.kind === 'selector' || expr.kind === 'subquery' ? (expr.rangeMs ?? 0) + Math.max(0, expr.offsetMs) : 0
    return own + Math.max(0, ...children(expr).map(reach))
  }
  return Math.max(
    0,
    ...groups.flatMap(({ rules }) =>
      rules.map(({ query, keepFiringForMs }) => {
        const parsed = parsePromql(query)
        return keepFiringForMs + (parsed.ok ? reach(parsed.expr) : LOOKBACK_MS)
      }),
    ),
  )
}

/** The rule group that an alert of these labels comes from; of rules of one name that whose own labels fit. */
export function groupHolding(groups: readonly LoadedGroup[], alert: string, labels: Labels): LoadedGroup | undefined {
  const named = groups.filter(({ rules }) => rules.some(({ name }) => name === alert))
  return named.find(({ rules }) => rules.some((rule) => rule.name === alert && !contradicts(rule.labels, labels))) ?? named[0]
}

/** A label that both know and that differs; what a template will make of one is not known. */
function contradicts(rule: Labels, labels: Labels): boolean {
  return Object.entries(rule).some(([name, value]) => !value.includes('{{') && labels[name] !== undefined && labels[name] !== value)
}

import { remark, type Check, type LintInput } from '../../lint-check.ts'
import { walk, type Expr } from '../../../promql/ast.ts'
import { parsedRule } from '../../../config/alerting/alert-rules.ts'
import { exprAt, severityFor } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-division-is-guarded',
    area: 'rules',
    severity: 'error',
    needs: ['rules'],
    title: 'No rule divides by a limit that may be 0 or -1',
    failureTitle: 'A rule divides by a limit that may be 0 or -1',
    why: 'Redis maxmemory 0 means no limit: used / 0 is +Inf, above every threshold, so the alert fires for ever. JVM memory pools without a limit report max -1.',
    mend: 'In the rule file, filter the divisor: write `x / (limit > 0)`, or add `and limit > 0`.',
    example: 'expr: redis_memory_used_bytes / redis_memory_max_bytes > 0.8',
  },
  *judge(input) {
    const { config } = input
    for (const rule of config.rules) {
      if (!rule.expr.includes('/')) continue
      const result = parsedRule(rule)
      if (!result.ok) continue
      const guarded = guards(result.expr)
      for (const node of walk(result.expr)) {
        if (node.kind !== 'binary' || node.op !== '/') continue
        for (const metric of unguarded(node.rhs, input)) {
          if (guarded.has(metric)) continue
          yield remark(
            rule.alert,
            exprAt(rule, node.rhs.span),
            `/ (${metric} > 0)`,
            `/ ${metric} without a guard`,
            undefined,
            severityFor(input, rule),
          )
        }
      }
    }
  },
}

/** Limits of which 0 or -1 means that there is none: of Redis, of JVM pools, of cgroups. */
const MAY_BE_NONE =
  /^(?:redis_memory_max_bytes|redis_config_maxmemory|jvm_memory_max_bytes|jvm_buffer_.*max.*|container_spec_(?:memory|cpu)_.*(?:limit|quota).*)$/

/** Limits below a division without a filter; a filter (x > 0) takes care of what is below it. */
function unguarded(expr: Expr, input: LintInput): string[] {
  if (expr.kind === 'selector') return expr.metric !== null && mayBeNone(expr.metric, input) ? [expr.metric] : []
  if (expr.kind === 'aggregate' || expr.kind === 'negate') return unguarded(expr.expr, input)
  if (expr.kind === 'binary' && /^[+*/-]$/.test(expr.op)) return [...unguarded(expr.lhs, input), ...unguarded(expr.rhs, input)]
  return []
}

/** By name where that is known of it, else by what was recorded: a limit called max may never be 0. */
function mayBeNone(metric: string, { catalogue }: LintInput): boolean {
  if (MAY_BE_NONE.test(metric)) return true
  if (!/(^|_)(max|limit|maxmemory|quota)(_|$)/.test(metric)) return false
  return catalogue.targets.some(({ metrics }) => metrics.get(metric)?.series.some(({ value }) => value <= 0) === true)
}

/** Metrics compared with a number beside the division: `... and redis_memory_max_bytes > 0`. */
function guards(expr: Expr): Set<string> {
  const found = new Set<string>()
  for (const node of walk(expr)) {
    if (node.kind !== 'binary' || (node.op !== 'and' && node.op !== 'unless')) continue
    for (const side of [node.lhs, node.rhs]) {
      for (const inner of walk(side)) {
        if (
          inner.kind === 'binary' &&
          /^[<>=!]=?$|^==$/.test(inner.op) &&
          inner.lhs.kind === 'selector' &&
          inner.rhs.kind === 'number' &&
          inner.lhs.metric !== null
        )
          found.add(inner.lhs.metric)
      }
    }
  }
  return found
}

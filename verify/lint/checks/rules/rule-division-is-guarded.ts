import { remark, type Check, type LintInput } from '../../lint-check.ts'
import { walk, type Expr, type Selector } from '../../../promql/ast.ts'
import { nonZeroIn, zeroesIn, constantOf } from '../../../promql/zero-guards.ts'
import { exprAt, severityFor } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-division-is-guarded',
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
      const result = rule.parsed
      if (!result.ok) continue
      for (const { divisor, limit } of unguardedDivisions(result.expr, input, rule.expr))
        yield remark(
          rule.alert,
          exprAt(rule, divisor.span),
          `/ (${limit.metric ?? ''} > 0)`,
          `/ ${limit.metric ?? ''} without a guard`,
          undefined,
          severityFor(input, rule),
        )
    }
  },
}

/** Limits of which 0 or -1 means that there is none: of Redis, of JVM pools, of cgroups. */
const MAY_BE_NONE =
  /^(?:redis_memory_max_bytes|redis_config_maxmemory|jvm_memory_max_bytes|jvm_buffer_.*max.*|container_spec_(?:memory|cpu)_.*(?:limit|quota).*)$/

/** By name where that is known of it, else by what was recorded: a limit called max may never be 0. */
function mayBeNone(metric: string, { catalogue }: LintInput): boolean {
  if (MAY_BE_NONE.test(metric)) return true
  if (!/(^|_)(max|limit|maxmemory|quota)(_|$)/.test(metric)) return false
  return catalogue.targets.some(({ metrics }) => metrics.get(metric)?.series.some(({ value }) => value <= 0) === true)
}

/** What is known of the rows that reach a node: limits that are not 0 there, and divisions whose +Inf is filtered out. */
interface Known {
  nonZero: readonly Selector[]
  finite: ReadonlySet<string>
}

interface Division {
  divisor: Expr
  limit: Selector
}

function unguardedDivisions(root: Expr, input: LintInput, text: string): Division[] {
  const found: Division[] = []
  const textOf = ({ span }: Expr): string => text.slice(span.from, span.to).replace(/\s+/g, '')
  const both = (known: Known, ...sides: Expr[]): Known => ({
    nonZero: [...known.nonZero, ...sides.flatMap(nonZeroIn)],
    finite: new Set([...known.finite, ...sides.flatMap((side) => finiteIn(side).map(textOf))]),
  })
  const visit = (node: Expr, known: Known): void => {
    switch (node.kind) {
      case 'binary': {
        const { op, lhs, rhs } = node
        // A row of `unless` is on its left alone; one of `or` on either side; one of the others on both.
        const here = op === 'or' ? known : op === 'unless' ? { ...known, nonZero: [...known.nonZero, ...zeroesIn(rhs)] } : both(known, node)
        if (op === '/' && !known.finite.has(textOf(node)))
          for (const limit of unguarded(rhs, input))
            if (!here.nonZero.some((guard) => covers(guard, limit))) found.push({ divisor: rhs, limit })
        visit(lhs, here)
        visit(rhs, here)
        return
      }
      case 'aggregate':
      case 'negate':
      case 'subquery':
        visit(node.expr, known)
        return
      case 'call':
        for (const arg of node.args) visit(arg, known)
    }
  }
  visit(root, { nonZero: [], finite: new Set() })
  return found
}

function covers(guard: Selector, limit: Selector): boolean {
  return guard.metric === limit.metric
}

/** Limits below a division that may be 0 there. */
function unguarded(expr: Expr, input: LintInput): Selector[] {
  switch (expr.kind) {
    case 'selector':
      return expr.metric !== null && mayBeNone(expr.metric, input) ? [expr] : []
    case 'aggregate':
      return /^(?:sum|min|max|avg|topk|bottomk|limitk)$/.test(expr.op) ? unguarded(expr.expr, input) : []
    case 'negate':
    case 'subquery':
      return unguarded(expr.expr, input)
    case 'call':
      return unguardedIn(expr, input)
    case 'binary': {
      const { op, lhs, rhs, bool } = expr
      if (bool) return []
      const guards = op === 'unless' ? zeroesIn(rhs) : op === 'or' ? [] : nonZeroIn(expr)
      // 0 + 1 is no 0.
      const isRaised = op === '+' && [lhs, rhs].some((side) => (constantOf(side) ?? 0) > 0)
      const sides = isRaised ? [] : op === 'and' || op === 'unless' ? [lhs] : [lhs, rhs]
      return sides.flatMap((side) => unguarded(side, input)).filter((limit) => !guards.some((guard) => covers(guard, limit)))
    }
    default:
      return []
  }
}

function unguardedIn({ fn, args }: Expr & { kind: 'call' }, input: LintInput): Selector[] {
  const [first, second] = args
  if (first === undefined || !KEEPS_ZERO.test(fn)) return []
  // clamp(x, 1, max) and clamp_min(x, 1)
  if (/^clamp(?:_min)?$/.test(fn) && (second === undefined || (constantOf(second) ?? 1) > 0)) return []
  return unguarded(first, input)
}

/** Functions that make 0 of 0. */
const KEEPS_ZERO =
  /^(?:abs|ceil|floor|round|sort|sort_desc|scalar|vector|label_replace|label_join|clamp|clamp_min|clamp_max|(?:avg|min|max|sum|last|quantile)_over_time)$/

/** Divisions whose +Inf no row has: `a / b < 10`, `a / b != Inf`. */
function finiteIn(expr: Expr): Expr[] {
  return walk(expr).flatMap((node) => {
    if (node.kind !== 'binary' || node.bool) return []
    const value = constantOf(node.rhs)
    const isBelow = value !== undefined && (node.op === '<' || (node.op === '<=' && value !== Infinity))
    return isBelow || (node.op === '!=' && value === Infinity) ? divisionsIn(node.lhs) : []
  })
}

/** Divisions that are as large as the whole: not those that something is subtracted in, whose +Inf may be -Inf. */
function divisionsIn(expr: Expr): Expr[] {
  if (expr.kind === 'aggregate') return divisionsIn(expr.expr)
  if (expr.kind !== 'binary') return []
  if (expr.op === '/' && constantOf(expr.rhs) === undefined) return walk(expr.lhs).some(subtracts) ? [] : [expr]
  if (/^[*/+]$/.test(expr.op)) return [...divisionsIn(expr.lhs), ...(expr.op === '/' ? [] : divisionsIn(expr.rhs))]
  return /^[<>=!]/.test(expr.op) ? divisionsIn(expr.lhs) : []
}

function subtracts(node: Expr): boolean {
  return node.kind === 'negate' || (node.kind === 'binary' && node.op === '-')
}

import { remark, type Check, type LintInput, type Remark } from '../../lint-check.ts'
import type { RuleNode } from '../../../config/alerting/rule-node.ts'
import { selectors, type Expr, type Selector } from '../../../promql/ast.ts'
import { jobsSelected, validRegex } from '../../../promql/compare-matchers.ts'
import { formatDuration } from '../../../promql/duration.ts'
import { isComparator, MIRRORED } from '../../../promql/operators.ts'
import { constantOf } from '../../../promql/zero-guards.ts'
import { exprAt } from '../../rule-views.ts'

export const check: Check = {
  meta: {
    id: 'rule-can-hold',
    needs: ['rules'],
    title: 'Every condition can hold, and is one that Prometheus can evaluate',
    failureTitle: 'A condition can never hold, or fails when it is evaluated',
    why: 'A window holds no more samples than scrapes, two bounds of one value can exclude each other, and a share of bytes is at most 1. An invalid regex of label_replace is no error of the file: each evaluation fails, and the alert never fires. https://prometheus.io/docs/prometheus/latest/querying/functions/',
    mend: 'In the rule file, correct the threshold, the bounds or the argument that the finding names.',
    example: 'expr: hour() >= 9 and hour() <= 5',
  },
  *judge(input) {
    for (const rule of input.config.rules) {
      const result = rule.parsed
      if (!result.ok) continue
      let isSaid = false
      for (const node of rule.nodes) {
        const found = node.kind === 'binary' ? neverTrue(node, rule, input) : broken(node)
        if (found === undefined) continue
        isSaid = true
        yield remark(rule.alert, exprAt(rule, found.at.span), found.expected, found.observed, undefined, found.severity)
      }
      if (!isSaid) yield* contradictions(rule, result.expr)
    }
  },
}

function neverTrue(node: Expr & { kind: 'binary' }, rule: RuleNode, input: LintInput): Problem | undefined {
  const bound = compared(node)
  return bound === undefined ? nothingLeft(node, rule) : (tooMany(bound, input) ?? share(bound))
}

interface Problem {
  at: Expr
  expected: string
  observed: string
  severity?: 'warning'
}

/** What fails at each evaluation, or returns nothing. */
function broken(node: Expr): Problem | undefined {
  if (node.kind === 'selector' || node.kind === 'subquery') return elsewhere(node)
  const names = node.kind === 'call' ? severalNames(node) : undefined
  if (names !== undefined) return names
  if (node.kind === 'aggregate' && /^(?:topk|bottomk|limitk)$/.test(node.op) && node.param !== undefined) {
    const count = constantOf(node.param)
    return count !== undefined && count < 1
      ? { at: node, expected: `${node.op}(1, ...) or more`, observed: `${node.op}(${count}, ...): no row` }
      : undefined
  }
  if (node.kind !== 'call' || !/^label_(?:replace|join)$/.test(node.fn)) return undefined
  const texts = node.args.slice(1).map((arg) => (arg.kind === 'string' ? arg.value : undefined))
  const [target] = texts
  const regex = node.fn === 'label_replace' ? texts[3] : undefined
  if (regex !== undefined && !validRegex(regex))
    return { at: node, expected: 'a valid regular expression', observed: `${regex}: each evaluation fails` }
  if (target !== undefined && !/^[a-zA-Z_]\w*$/.test(target))
    return { at: node, expected: target.replace(/\W/g, '_'), observed: `${target}, which is no label name: each evaluation fails` }
  return undefined
}

/** A rule is evaluated now: there are no samples after it, and those of a fixed time are the same for ever, or deleted. */
function elsewhere(node: Expr & { kind: 'selector' | 'subquery' }): Problem | undefined {
  if (node.at !== undefined && /^@[\d.+-]/.test(node.at))
    return { at: node, expected: 'no @, or @ end()', observed: `${node.at}: the samples of one time, which are deleted some day` }
  return node.offsetMs < 0 && node.at === undefined && -node.offsetMs >= (node.rangeMs ?? 0)
    ? {
        at: node,
        expected: `offset ${formatDuration(-node.offsetMs)}`,
        observed: `offset -${formatDuration(-node.offsetMs)}, after the evaluation`,
      }
    : undefined
}

const DROPS_NAME =
  /^(?:rate|irate|increase|delta|idelta|deriv|predict_linear|changes|resets|abs|ceil|floor|round|(?!last|first)\w+_over_time)$/

/** rate({__name__=~"a|b"}[5m]): without their names the series of a and b are the same, and the evaluation fails. */
function severalNames({ fn, args }: Expr & { kind: 'call' }): Problem | undefined {
  const selector = args.find((arg) => arg.kind === 'selector')
  if (!DROPS_NAME.test(fn) || selector?.kind !== 'selector' || selector.metric !== null) return undefined
  const names = selector.matchers.find(({ label, op }) => label === '__name__' && op === '=~')
  if (names === undefined || !/[|*+?[]/.test(names.value)) return undefined
  return {
    at: selector,
    expected: `${fn} of one metric, or of each by itself and \`or\` between them`,
    observed: `${fn} of all ${names.value}: without their names two series are the same, and the evaluation fails`,
    severity: 'warning',
  }
}

const COUNTS = /^(?:count_over_time|changes|resets)$/

/** `count_over_time(x[5m]) > 100`, scraped every 15 s. */
function tooMany(found: Compared, { spec, facts }: LintInput): Problem | undefined {
  if (!/^(?:>|>=|==)$/.test(found.op)) return undefined
  const { value, limit } = found
  if (value.kind !== 'call' || !(COUNTS.test(value.fn) || value.fn === 'sum_over_time')) return undefined
  const [selector] = value.args
  if (selector?.kind === 'subquery') return tooManySteps(found, value.fn, selector)
  if (selector?.kind !== 'selector' || selector.rangeMs === undefined) return undefined
  // Only of what is 0 or 1 the sum is a count.
  if (value.fn === 'sum_over_time' && !/^up$|_up$/.test(selector.metric ?? '')) return undefined
  const jobs = jobsSelected(selector.metric, selector.matchers, facts)
  // Of series that are not known any job may be meant.
  const any = [spec.platform.scrapeIntervalMs, ...spec.platform.targets.flatMap(({ scrapeIntervalMs }) => scrapeIntervalMs ?? [])]
  const intervals = jobs === undefined || jobs.length === 0 ? any : jobs.map((job) => facts.scrapeIntervalMs(job))
  const intervalMs = Math.min(...intervals)
  if (!(intervalMs > 0) || (selector.metric ?? '').includes(':')) return undefined
  const most = Math.floor(selector.rangeMs / intervalMs) + 1
  const isBeyond = found.op === '>' ? limit >= most : limit > most
  return isBeyond
    ? {
        at: found.at,
        expected: `at most ${most}: ${formatDuration(selector.rangeMs)} scraped every ${formatDuration(intervalMs)}`,
        observed: `${found.op} ${limit}: never`,
      }
    : undefined
}

/** The same of a subquery, which has a value a step. */
function tooManySteps(found: Compared, fn: string, { expr, rangeMs, stepMs }: Expr & { kind: 'subquery' }): Problem | undefined {
  const isOneEach = (expr.kind === 'binary' && expr.bool) || (expr.kind === 'selector' && /^up$|_up$/.test(expr.metric ?? ''))
  if (stepMs === null || stepMs <= 0 || (fn === 'sum_over_time' && !isOneEach)) return undefined
  const most = Math.floor(rangeMs / stepMs) + 1
  return (found.op === '>' ? found.limit >= most : found.limit > most)
    ? {
        at: found.at,
        expected: `at most ${most}: ${formatDuration(rangeMs)} in steps of ${formatDuration(stepMs)}`,
        observed: `${found.op} ${found.limit}: never`,
      }
    : undefined
}

const PART = /(?:^|_)(?:used|usage|working_set|rss|free|avail|available|committed)(?:_|$)/
const WHOLE = /(?:^|_)(?:max|limit|total|size|capacity|maxmemory)(?:_|$)/

/** A part of its whole, both in bytes and neither a rate: `> 80` is meant in percent. */
function share(found: Compared): Problem | undefined {
  if (!/^>=?$/.test(found.op) || found.limit < 2) return undefined
  const { value } = found
  if (value.kind !== 'binary' || value.op !== '/') return undefined
  const [part, whole] = [plain(value.lhs), plain(value.rhs)]
  // A sum over pods beside an average of theirs is no share.
  if (aggregationOf(value.lhs) !== aggregationOf(value.rhs)) return undefined
  if (part === undefined || whole === undefined || part.metric === null || whole.metric === null) return undefined
  if (!/_bytes$/.test(part.metric) || !/_bytes$/.test(whole.metric)) return undefined
  if (!PART.test(part.metric) || !WHOLE.test(whole.metric) || WHOLE.test(part.metric)) return undefined
  return {
    at: found.at,
    expected: 'a share between 0 and 1, or the share times 100',
    observed: `${part.metric} / ${whole.metric} ${found.op} ${found.limit}`,
  }
}

function aggregationOf(expr: Expr): string {
  return expr.kind === 'aggregate' ? expr.op : expr.kind === 'binary' ? aggregationOf(expr.lhs) : ''
}

/** The series that a side is, through sums, filters and guards. */
function plain(expr: Expr): Selector | undefined {
  if (expr.kind === 'selector') return expr.rangeMs === undefined ? expr : undefined
  if (expr.kind === 'aggregate') return /^(?:sum|max|min|avg)$/.test(expr.op) ? plain(expr.expr) : undefined
  return expr.kind === 'binary' && isComparator(expr.op) && !expr.bool ? plain(expr.lhs) : undefined
}

/** `x == 0 unless x`: what is on the right is there for every row on the left. */
function nothingLeft(node: Expr & { kind: 'binary' }, rule: RuleNode): Problem | undefined {
  if (node.op !== 'unless' || node.matching !== undefined) return undefined
  const text = (expr: Expr): string => rule.expr.slice(expr.span.from, expr.span.to).replace(/\s+/g, '')
  const left = plain(node.lhs)
  const isSame = text(node.lhs) === text(node.rhs) || (node.rhs.kind === 'selector' && left !== undefined && text(left) === text(node.rhs))
  return isSame
    ? { at: node, expected: 'a condition behind unless', observed: `${text(node.rhs)}, which every row on the left has: nothing is left` }
    : undefined
}

interface Compared {
  at: Expr
  value: Expr
  op: string
  limit: number
}

function compared(node: Expr): Compared | undefined {
  if (node.kind !== 'binary' || node.bool || !isComparator(node.op)) return undefined
  const [left, right] = [constantOf(node.lhs), constantOf(node.rhs)]
  if (right !== undefined && left === undefined) return { at: node.rhs, value: node.lhs, op: node.op, limit: right }
  return left !== undefined && right === undefined ? { at: node.lhs, value: node.rhs, op: MIRRORED[node.op], limit: left } : undefined
}

/** Bounds of one and the same expression, all of which have to hold: `hour() >= 9 and hour() <= 5`. */
function* contradictions(rule: RuleNode, root: Expr): Generator<Remark> {
  const text = (expr: Expr): string => rule.expr.slice(expr.span.from, expr.span.to).replace(/\s+/g, '')
  for (const conjunction of conjunctions(root)) {
    if (conjunction.length < 2) continue
    const byValue = Map.groupBy(conjunction, ({ value }) => text(value))
    for (const [value, bounds] of byValue) {
      // Of series the labels may differ: rule-threshold-is-reachable.
      if (bounds.length < 2 || selectors(bounds[0]?.value ?? root).length > 0) continue
      const low = Math.max(...bounds.flatMap(({ op, limit }) => (/^>=?$|^==$/.test(op) ? limit : [])))
      const high = Math.min(...bounds.flatMap(({ op, limit }) => (/^<=?$|^==$/.test(op) ? limit : [])))
      const isOpen = bounds.some(({ op, limit }) => /^[<>]$/.test(op) && (limit === low || limit === high))
      const last = bounds.at(-1)
      if (last !== undefined && (low > high || (low === high && isOpen)))
        yield remark(
          rule.alert,
          exprAt(rule, last.at.span),
          `a value of ${value} that meets all of its bounds, or \`or\` between them`,
          bounds.map(({ op, limit }) => `${op} ${limit}`).join(' and '),
        )
    }
  }
}

/** Comparisons that have to hold together, each list by itself; `or` begins new ones. */
function conjunctions(expr: Expr): Compared[][] {
  const found = compared(expr)
  if (found !== undefined) return [[found]]
  if (expr.kind !== 'binary') return expr.kind === 'aggregate' ? conjunctions(expr.expr) : [[]]
  const [left, right] = [conjunctions(expr.lhs), conjunctions(expr.rhs)]
  if (expr.op === 'or') return [...left, ...right].slice(0, MOST)
  if (expr.op === 'unless') return left
  return left.flatMap((mine) => right.map((theirs) => [...mine, ...theirs])).slice(0, MOST)
}

const MOST = 64

import { children, selectors, walk, type Expr, type Selector, type Span } from '../promql/ast.ts'
import { accepts } from '../promql/compare-matchers.ts'
import { constantOf } from '../promql/constant.ts'
import { formatDuration } from '../promql/duration.ts'
import { isComparator } from '../promql/operators.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import { partsThatCount } from './implied-guards.ts'

/**
 * An expression that differs from another one in a single word. Where series do not tell the two apart they say nothing about that word,
 * and a rule that has it wrong would pass.
 */
export interface NearTwin {
  expr: string
  /** The word of the expression as it is written. */
  word: string
  /** What stands there in the twin. */
  instead: string
}

const FLIPPED: Partial<Record<string, string>> = { '>': '<', '>=': '<=', '<': '>', '<=': '>=', '==': '!=', '!=': '==' }
/** The threshold itself decides. */
const STRICT: Partial<Record<string, string>> = { '>': '>=', '>=': '>', '<': '<=', '<=': '<' }
const FUNCTIONS: Partial<Record<string, string>> = {
  max_over_time: 'min_over_time',
  min_over_time: 'max_over_time',
  avg_over_time: 'max_over_time',
  last_over_time: 'min_over_time',
  sum_over_time: 'avg_over_time',
  count_over_time: 'sum_over_time',
  increase: 'rate',
  rate: 'increase',
  changes: 'resets',
  resets: 'changes',
  delta: 'deriv',
  deriv: 'delta',
  sum: 'avg',
  avg: 'max',
  min: 'max',
  max: 'min',
  count: 'sum',
  topk: 'bottomk',
  bottomk: 'topk',
}

/** Of what is compared with 0 or with nothing, and of the buckets of a histogram, these say the same. */
const SCALES = /^(?:rate|increase|delta|deriv|sum|avg|(?:sum|avg|count)_over_time)$/

/** All twins of an expression, in the order of its words. `isMet`: whether the threshold of the comparison that begins there is met. */
export function nearTwins(text: string, isMet: (at: number) => boolean): NearTwin[] {
  const parsed = parsePromql(text)
  if (!parsed.ok) return []
  const found: NearTwin[] = []
  const add = ({ from, to }: Span, instead: string): void => {
    const expr = text.slice(0, from) + instead + text.slice(to)
    if (parsePromql(expr).ok) found.push({ expr, word: text.slice(from, to), instead })
  }
  /** A word between two places, such as an operator between its operands. */
  const between = (from: number, to: number, pattern: RegExp, instead: (word: string) => string | undefined): void => {
    const match = pattern.exec(text.slice(from, to))
    const other = match === null ? undefined : instead(match[0])
    if (match !== null && other !== undefined) add({ from: from + match.index, to: from + match.index + match[0].length }, other)
  }
  /** isFree: compared with 0 or with nothing; isUnused: only whether it has rows counts, and which. */
  const visit = (node: Expr, isFree: boolean, isUnused: boolean): void => {
    const constant = node.kind === 'string' ? undefined : constantOf(node)
    if (constant !== undefined) {
      for (const other of isUnused ? [] : besides(constant)) add(node.span, node.kind === 'number' ? String(other) : `(${other})`)
      return
    }
    switch (node.kind) {
      case 'selector':
        ofDuration(node.rangeSpan, add, text)
        if (node.offsetSpan !== undefined) ofDuration(node.offsetSpan, add, text)
        return
      case 'subquery':
        ofDuration(node.rangeSpan, add, text)
        break
      case 'binary':
        ofOperator(node, isMet(node.span.from), between)
        break
      case 'call':
      case 'aggregate': {
        const name = node.kind === 'call' ? node.fn : node.op
        // The constant that takes the place of nothing: any other on its side of the threshold does the same.
        if (name === 'vector') return
        const other = FUNCTIONS[name]
        const isSame = isUnused ? !/^(?:top|bottom)k$/.test(name) : (isFree && SCALES.test(name)) || isCountOfOnes(node)
        if (other !== undefined && !isSame) add({ from: node.span.from, to: node.span.from + name.length }, other)
      }
    }
    const isCompared = node.kind === 'binary' && isComparator(node.op)
    const isFreeInside = isCompared
      ? children(node).some((side) => constantOf(side) === 0)
      : isFree || (node.kind === 'call' && node.fn === 'histogram_quantile')
    for (const child of children(node)) visit(child, isFreeInside, isUnusedIn(node, child, isUnused))
  }
  visit(parsed.expr, true, true)
  // A matcher of several selectors is left out of all: of one alone, rows that a join needs would still be held to it.
  const matched = selectors(parsed.expr).flatMap(({ matchers, span }) => matchers.map((matcher) => ({ matcher, span })))
  for (const own of Map.groupBy(matched, ({ matcher: { label, op, value } }) => `${label}${op}"${value}"`).values()) {
    const cuts = own.flatMap(({ matcher, span }) => (matcher.label === '__name__' ? [] : (matcherPlace(text, span, matcher) ?? [])))
    const expr = cuts
      .sort((a, b) => b.from - a.from)
      .reduce((left, { from, to, instead }) => left.slice(0, from) + instead + left.slice(to), text)
    const [{ matcher } = { matcher: undefined }] = own
    if (cuts.length > 0 && matcher !== undefined && selectsSomething(expr))
      found.push({ expr, word: `${matcher.label}${matcher.op}"${matcher.value}"`, instead: '' })
  }
  const counting = partsThatCount(text, parsed.expr).join('\n')
  return found.filter(({ expr: twin }, index) => {
    const other = parsePromql(twin)
    const isSame = other.ok && partsThatCount(twin, other.expr).join('\n') === counting
    return !isSame && found.findIndex(({ expr }) => expr === twin) === index
  })
}

/** Prometheus refuses a selector without a metric and without a matcher that asks for something. */
function selectsSomething(text: string): boolean {
  const parsed = parsePromql(text)
  return parsed.ok && selectors(parsed.expr).every(({ metric, matchers }) => metric !== null || matchers.some((each) => !accepts(each, '')))
}

/** Whether the values of a child count for nothing. */
function isUnusedIn(node: Expr, child: Expr, isUnused: boolean): boolean {
  switch (node.kind) {
    case 'binary':
      if (isComparator(node.op)) return false
      return node.op === 'and' || node.op === 'unless' ? child === node.rhs || isUnused : isUnused
    case 'call':
      return /^(?:absent|absent_over_time|present_over_time|count_over_time)$/.test(node.fn) || (isUnused && node.fn !== 'scalar')
    case 'aggregate':
      if (child === node.param) return false
      return node.op === 'count' || node.op === 'group' || (isUnused && !/^(?:top|bottom)k$|^count_values$/.test(node.op))
    default:
      return isUnused
  }
}

/** `count(x == 1)` is the sum of them. */
function isCountOfOnes(node: Expr): boolean {
  return (
    node.kind === 'aggregate' &&
    node.op === 'count' &&
    node.expr.kind === 'binary' &&
    node.expr.op === '==' &&
    constantOf(node.expr.rhs) === 1
  )
}

/** Numbers that may have been meant: the next ones of few, of many those a tenth away. */
function besides(value: number): number[] {
  if (!Number.isFinite(value)) return []
  if (Number.isInteger(value) && Math.abs(value) <= 20) return [value + 1, value - 1]
  const apart = Number.isInteger(value) ? Math.ceil(Math.abs(value) / 10) : Math.abs(value) / 10
  return [value + apart, value - apart].map((each) => Number(each.toPrecision(12)))
}

function ofDuration(span: Span | undefined, add: (span: Span, instead: string) => void, text: string): void {
  if (span === undefined) return
  const written = text.slice(span.from, span.to)
  const ms = durationOf(written)
  if (ms !== undefined) add(span, formatDuration(ms * 2))
}

function durationOf(text: string): number | undefined {
  const parsed = parsePromql(`x[${text}]`)
  return parsed.ok && parsed.expr.kind === 'selector' ? parsed.expr.rangeMs : undefined
}

function ofOperator(
  node: Expr & { kind: 'binary' },
  exact: boolean,
  between: (from: number, to: number, pattern: RegExp, instead: (word: string) => string | undefined) => void,
): void {
  const [from, to] = [node.lhs.span.to, node.rhs.span.from]
  if (isComparator(node.op)) {
    between(from, to, /[<>=!]=|[<>]/, (word) => FLIPPED[word])
    if (exact) between(from, to, /[<>]=?/, (word) => STRICT[word])
  } else if (node.op === 'and' || node.op === 'unless')
    between(from, to, /\b(?:and|unless)\b/i, (word) => (word.toLowerCase() === 'and' ? 'unless' : 'and'))
  else if (node.op === 'or') between(from, to, /\bor\b/i, () => 'and')
}

/** What to cut from a selector so that it is without one of its matchers. */
function matcherPlace(
  text: string,
  span: Span,
  { label, op, value }: { label: string; op: string; value: string },
): (Span & { instead: string }) | undefined {
  const written = text.slice(span.from, span.to)
  const quoted = /(["'`])(?:\\.|(?!\1)[^\\])*\1/.source
  const pattern = new RegExp(
    `(,?)\\s*\\b${label}\\s*${op.replace(/[=~!]/g, '\\$&')}\\s*${quoted.replace('(["', '(?<q>["').replaceAll('\\1', '\\k<q>')}\\s*(,?)`,
    'g',
  )
  const match = [...written.matchAll(pattern)].find(([whole]) => whole.includes(value) || value.includes('"') || value.includes('\\'))
  if (match === undefined) return undefined
  const [whole = '', before = '', , after = ''] = match
  const from = span.from + match.index
  return { from, to: from + whole.length, instead: before !== '' && after !== '' ? ',' : '' }
}

/** For how long a sample of the selectors that are taken may still count, ranges and offsets on the way to it added up; 0: of none. */
export function windowMs(expr: Expr, takes: (selector: Selector) => boolean = () => true): number {
  const longest = (node: Expr): number => {
    const inside = node.kind === 'selector' ? (takes(node) ? 0 : -Infinity) : Math.max(-Infinity, ...children(node).map(longest))
    return inside + (node.kind === 'selector' || node.kind === 'subquery' ? (node.rangeMs ?? 0) + Math.abs(node.offsetMs) : 0)
  }
  return Math.max(0, longest(expr))
}

/** The shortest range of samples; undefined where there is none. */
export function shortestRangeMs(expr: Expr): number | undefined {
  const ranges = walk(expr).flatMap((node) => (node.kind === 'selector' && node.rangeMs !== undefined ? [node.rangeMs] : []))
  return ranges.length === 0 ? undefined : Math.min(...ranges)
}

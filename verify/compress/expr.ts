import { walk } from '../promql/ast.ts'
import type { Expr, Span } from '../promql/ast.ts'
import { formatDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import { parsePromql } from '../promql/parse-promql.ts'

/** A replacement in a text: `[from, to)` in UTF-16 units. */
export interface Edit {
  from: number
  to: number
  text: string
}

export interface ExprRewrite {
  text: string
  edits: Edit[]
  /** What a compressed run of this expression cannot preserve, in words. */
  cautions: string[]
}

/** rate() needs two samples even when a scrape is lost: four scrape intervals of 1 s (Prometheus 3 leaves the left edge out). */
const MIN_RANGE_MS = 4_000
/** Evaluation, scrape and subquery steps below 1 s are finer than what Prometheus keeps of a pending alert. */
export const MIN_STEP_MS = 1_000

/** `ms / k` in whole milliseconds, never 0 unless it was, never below `minMs` unless it was. */
export function compressDuration(ms: number, k: number, minMs = 1): number {
  return Math.max(Math.round(ms / k), Math.min(ms, minMs))
}

/**
 * Rewrites ranges, offsets, subquery steps and the constants that counts are compared with; every other byte stays. `k` >= 1.
 * @throws FiredrillError PROMQL_SYNTAX, COMPRESS_DURATION_EXPRESSION with the place inside `expr`.
 */
export function rewriteExpr(expr: string, k: number): ExprRewrite {
  if (!(k >= 1 && Number.isFinite(k))) throw new RangeError(`compression must be a number >= 1, not ${k}`)
  const parsed = parsePromql(expr)
  if (!parsed.ok) throw exprError(expr, parsed)
  const edits: Edit[] = []
  const cautions: string[] = []
  const source = ({ from, to }: Span): string => expr.slice(from, to)

  const scaled = (span: Span | undefined, fromMs: number, minMs: number): void => {
    const to = compressDuration(Math.abs(fromMs), k, minMs)
    if (span !== undefined && to !== Math.abs(fromMs)) edits.push({ ...span, text: formatDuration(to) })
  }

  const scaleConstant = (node: Expr, ratio: number): void => {
    const value = node.kind === 'number' ? node.value : undefined
    if (value === 0 || ratio === 1 || (value !== undefined && !Number.isFinite(value))) return
    const text = node.kind === 'binary' ? `(${source(node.span)})` : source(node.span)
    // The node ends inside the brackets that stand around it.
    const scaledText = node.kind === 'binary' ? `${text} * ${ratio}` : `(${text} * ${ratio})`
    edits.push({ ...node.span, text: value === undefined ? scaledText : String(value * ratio) })
  }

  const comparison = (node: Expr & { kind: 'binary' }, left: Sized, right: Sized): void => {
    if ((left.constant && right.constant) || left.ratio === right.ratio) return
    const subject = left.constant ? right : left
    const threshold = left.constant ? node.lhs : node.rhs
    if (!(left.constant || right.constant) || Number.isNaN(subject.ratio)) {
      cautions.push(`"${source(node.span)}" compares counts over a window with something else: compressed, it means another threshold`)
      return
    }
    const number = threshold.kind === 'negate' ? threshold.expr : threshold
    if ((node.op === '==' || node.op === '!=') && !(number.kind === 'number' && number.value === 0)) {
      cautions.push(`"${source(node.span)}" asks for an exact count, which a shorter window cannot keep: the number was left as it is`)
      return
    }
    scaleConstant(threshold, subject.ratio)
  }

  const sized = (node: Expr): Sized => {
    switch (node.kind) {
      case 'number':
        return { ratio: 1, constant: true }
      case 'string':
        return UNIT
      case 'selector':
      case 'subquery':
        scaled(node.rangeSpan, node.rangeMs ?? 0, MIN_RANGE_MS)
        scaled(node.offsetSpan, node.offsetMs, 1)
        if (node.kind === 'selector') return UNIT
        scaled(node.stepSpan, node.stepMs ?? 0, MIN_STEP_MS)
        return sized(node.expr)
      case 'negate':
        return sized(node.expr)
      case 'aggregate': {
        if (node.param !== undefined) sized(node.param)
        const { ratio } = sized(node.expr)
        if (/^(count|count_values|group)$/.test(node.op)) return UNIT
        return { ratio: node.op === 'stdvar' ? ratio ** 2 : ratio, constant: false }
      }
      case 'call': {
        const args = node.args.map(sized)
        if (node.fn === 'anchored' || node.fn === 'smoothed') return args[0] ?? UNIT
        if (COUNTS.has(node.fn)) return { ratio: windowRatio(node, k), constant: false }
        if (KEEPS_SIZE.has(node.fn))
          return { ratio: args.find((arg) => arg.ratio !== 1)?.ratio ?? 1, constant: args.length > 0 && args.every((arg) => arg.constant) }
        return { ratio: NONLINEAR.has(node.fn) && args.some((arg) => arg.ratio !== 1) ? Number.NaN : 1, constant: false }
      }
      case 'binary': {
        const [left, right] = [sized(node.lhs), sized(node.rhs)]
        const constant = left.constant && right.constant
        switch (node.op) {
          case '==':
          case '!=':
          case '>':
          case '>=':
          case '<':
          case '<=':
            comparison(node, left, right)
            return node.bool ? UNIT : left.constant ? right : left
          case '*':
            return { ratio: left.ratio * right.ratio, constant }
          case '/':
            return { ratio: left.ratio / right.ratio, constant }
          case 'and':
          case 'unless':
            return left
          // Adding a constant to a count, or joining a count with a value, leaves no single factor.
          default:
            return { ratio: left.ratio === right.ratio ? left.ratio : Number.NaN, constant }
        }
      }
    }
  }

  sized(parsed.expr)
  edits.sort((a, b) => a.from - b.from)
  return { text: applyEdits(expr, edits), edits, cautions }
}

/** Of a range function's argument: new over old window, 1 when nothing changes. */
function windowRatio(call: Expr, k: number): number {
  for (const node of walk(call)) {
    const ms = node.kind === 'selector' || node.kind === 'subquery' ? (node.rangeMs ?? 0) : 0
    if (ms > 0) return compressDuration(ms, k, MIN_RANGE_MS) / ms
  }
  return 1
}

/** The expression for a stack whose clocks run `k` times as fast. `k` = 1 returns `expr` byte for byte. */
export function compressExpr(expr: string, k: number): string {
  return rewriteExpr(expr, k).text
}

/** `edits` sorted by `from` and not overlapping. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = ''
  let at = 0
  for (const edit of edits) {
    result += text.slice(at, edit.from) + edit.text
    at = edit.to
  }
  return result + text.slice(at)
}

/** How an expression's value changes when windows shrink: a count over a window by the window's ratio. NaN: by no single factor. */
interface Sized {
  ratio: number
  constant: boolean
}

const UNIT: Sized = { ratio: 1, constant: false }

/**
 * Events in a window: a shorter window holds fewer. count_over_time and sum_over_time are not among them: they count samples,
 * and scrape interval and window shrink together.
 */
const COUNTS = new Set(['increase', 'changes', 'resets'])
const KEEPS_SIZE = new Set(
  [
    'abs ceil floor round clamp clamp_max clamp_min sort sort_desc sort_by_label sort_by_label_desc label_replace label_join',
    'scalar vector max_over_time min_over_time avg_over_time sum_over_time last_over_time first_over_time quantile_over_time',
    'stddev_over_time mad_over_time histogram_count histogram_sum',
  ].flatMap((line) => line.split(' ')),
)
const NONLINEAR = new Set(['exp', 'ln', 'log2', 'log10', 'sqrt', 'stdvar_over_time', 'sgn', 'predict_linear'])

function exprError(
  expr: string,
  { message, at, length, computed }: { message: string; at: number; length: number; computed: boolean },
): FiredrillError {
  const before = expr.slice(0, at).split('\n')
  const place = {
    file: '<expr>',
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
    source: expr.split('\n')[before.length - 1] ?? '',
    length,
  }
  return computed
    ? new FiredrillError('COMPRESS_DURATION_EXPRESSION', 'a computed duration cannot be compressed', {
        place,
        next: 'Run this rule with --real-time, or write the duration as a literal.',
      })
    : new FiredrillError('PROMQL_SYNTAX', message, { place, next: 'Check the rule with: promtool check rules FILE' })
}

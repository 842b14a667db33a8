import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'
import { formatDuration, parseDuration } from '../promql/duration.ts'
import { FiredrillError } from '../model/error.ts'
import { lezerText } from '../promql/lezer-text.ts'

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
export const MIN_RANGE_MS = 4_000
/** Evaluation, scrape and subquery steps below 1 s are finer than what Prometheus keeps of a pending alert. */
export const MIN_STEP_MS = 1_000

/** `ms / k` in whole milliseconds, never 0 unless it was, never below `minMs` unless it was. */
export function compressDuration(ms: number, k: number, minMs = 1): number {
  return Math.max(Math.round(ms / k), Math.min(ms, minMs))
}

/** @throws FiredrillError PROMQL_SYNTAX with the place inside `expr`. */
export function parseExpr(expr: string): SyntaxNode {
  const tree = parser.parse(lezerText(expr))
  let problem: SyntaxNode | undefined
  tree.iterate({
    enter(ref) {
      // Lezer closes a node over a missing bracket: the error with the leftmost start is the one a person looks for.
      if (ref.type.isError && problem === undefined) problem = ref.node
    },
  })
  if (problem !== undefined)
    throw exprError(
      'PROMQL_SYNTAX',
      expr,
      problem,
      problem.from < expr.trimEnd().length ? 'this is not PromQL' : 'the PromQL expression ends too early',
    )
  const top = tree.topNode.firstChild
  if (top === null) throw exprError('PROMQL_SYNTAX', expr, tree.topNode, 'the PromQL expression is empty')
  return top
}

/** Rewrites ranges, offsets, subquery steps and the constants that counts are compared with; every other byte stays. `k` >= 1. */
export function rewriteExpr(expr: string, k: number): ExprRewrite {
  if (!(k >= 1 && Number.isFinite(k))) throw new RangeError(`compression must be a number >= 1, not ${k}`)
  const top = parseExpr(expr)
  const edits: Edit[] = []
  const cautions: string[] = []
  const source = (node: SyntaxNode): string => expr.slice(node.from, node.to)

  const durationMs = (node: SyntaxNode): number => {
    const literals = node.node.getChildren('NumberDurationLiteralInDurationContext')
    const literal = literals[0]
    if (literal === undefined || literals.length !== 1 || literal.from !== node.from || literal.to !== node.to) {
      throw exprError('COMPRESS_DURATION_EXPRESSION', expr, node, 'a computed duration cannot be compressed')
    }
    const text = source(literal)
    // A bare number is seconds.
    return parseDuration(text) ?? Math.round(Number(text.replaceAll('_', '')) * 1000)
  }

  const scaled = (node: SyntaxNode, minMs: number): { from: number; to: number } => {
    const from = durationMs(node)
    const to = compressDuration(from, k, minMs)
    if (to !== from) edits.push({ from: node.from, to: node.to, text: formatDuration(to) })
    return { from, to }
  }

  /** Of a range function's argument: new over old window, 1 when nothing changes. */
  const windowRatio = (body: SyntaxNode | null): number => {
    for (let node = body; node !== null; node = node.firstChild) {
      if (node.name !== 'MatrixSelector' && node.name !== 'SubqueryExpr') continue
      const range = node.getChild('DurationExpr')
      if (range === null) return 1
      const ms = durationMs(range)
      return ms === 0 ? 1 : compressDuration(ms, k, MIN_RANGE_MS) / ms
    }
    return 1
  }

  const scaleConstant = (node: SyntaxNode, ratio: number): void => {
    const text = source(node)
    const value = node.name === 'NumberDurationLiteral' ? Number(text.replaceAll('_', '')) : Number.NaN
    if (value === 0 || ratio === 1) return
    edits.push({ from: node.from, to: node.to, text: Number.isFinite(value) ? String(value * ratio) : `(${text} * ${ratio})` })
  }

  const comparison = (node: SyntaxNode, left: Sized, right: Sized, sides: { left: SyntaxNode; right: SyntaxNode }): void => {
    if (left.constant && right.constant) return
    if (left.ratio === right.ratio) return
    const subject = left.constant ? right : left
    const threshold = left.constant ? sides.left : sides.right
    if (!(left.constant || right.constant) || Number.isNaN(subject.ratio)) {
      cautions.push(`"${source(node)}" compares counts over a window with something else: compressed, it means another threshold`)
      return
    }
    const equality = node.getChild('Eql') !== null || node.getChild('Neq') !== null
    if (equality && !/^[\s(+-]*0(\.0*)?[\s)]*$/.test(source(threshold))) {
      cautions.push(`"${source(node)}" asks for an exact count, which a shorter window cannot keep: the number was left as it is`)
      return
    }
    scaleConstant(threshold, subject.ratio)
  }

  const walk = (node: SyntaxNode): Sized => {
    switch (node.name) {
      case 'MatrixSelector': {
        const range = node.getChild('DurationExpr')
        if (range !== null) scaled(range, MIN_RANGE_MS)
        return UNIT
      }
      case 'SubqueryExpr': {
        const [range, step] = node.getChildren('DurationExpr')
        if (range !== undefined) scaled(range, MIN_RANGE_MS)
        if (step !== undefined) scaled(step, MIN_STEP_MS)
        return node.firstChild === null ? UNIT : walk(node.firstChild)
      }
      case 'OffsetExpr': {
        const offset = node.getChild('OffsetDurationExpr')
        // A signed offset is an OffsetDurationExpr around the unsigned one.
        if (offset !== null) scaled(offset.getChild('OffsetDurationExpr') ?? offset, 1)
        return node.firstChild === null ? UNIT : walk(node.firstChild)
      }
      case 'NumberDurationLiteral':
        return { ratio: 1, constant: true }
      case 'ParenExpr':
      case 'UnaryExpr':
      case 'StepInvariantExpr':
      case 'AnchoredExpr':
      case 'SmoothedExpr': {
        const inner = children(node).find((child) => EXPRESSION.has(child.name))
        return inner === undefined ? UNIT : walk(inner)
      }
      case 'AggregateExpr': {
        const args = (node.getChild('FunctionCallBody') === null ? [] : children(node.getChild('FunctionCallBody')!))
          .filter((child) => EXPRESSION.has(child.name))
          .map(walk)
        const operator = source(node.getChild('AggregateOp') ?? node)
        const operand = args.at(-1) ?? UNIT
        if (/^(count|count_values|group)$/i.test(operator)) return UNIT
        if (/^stdvar$/i.test(operator)) return { ratio: operand.ratio ** 2, constant: false }
        return { ratio: operand.ratio, constant: false }
      }
      case 'FunctionCall': {
        const name = source(node.getChild('FunctionIdentifier') ?? node)
        const body = node.getChild('FunctionCallBody')
        const args = (body === null ? [] : children(body)).filter((child) => EXPRESSION.has(child.name)).map(walk)
        if (COUNTS.has(name)) return { ratio: windowRatio(body === null ? null : firstExpression(body)), constant: false }
        if (KEEPS_SIZE.has(name))
          return { ratio: args.find((arg) => arg.ratio !== 1)?.ratio ?? 1, constant: args.length > 0 && args.every((arg) => arg.constant) }
        const sized = args.some((arg) => arg.ratio !== 1)
        return { ratio: sized && NONLINEAR.has(name) ? Number.NaN : 1, constant: false }
      }
      case 'BinaryExpr': {
        const [leftNode, rightNode] = children(node).filter((child) => EXPRESSION.has(child.name))
        if (leftNode === undefined || rightNode === undefined) return UNIT
        const left = walk(leftNode)
        const right = walk(rightNode)
        const operator = children(node).find((child) => OPERATORS.has(child.name))?.name ?? ''
        const constant = left.constant && right.constant
        if (COMPARISONS.has(operator)) {
          comparison(node, left, right, { left: leftNode, right: rightNode })
          return node.getChild('BoolModifier') === null ? (left.constant ? right : left) : UNIT
        }
        switch (operator) {
          case 'Mul':
            return { ratio: left.ratio * right.ratio, constant }
          case 'Div':
            return { ratio: left.ratio / right.ratio, constant }
          case 'And':
          case 'Unless':
            return left
          // Adding a constant to a count, or joining a count with a value, leaves no single factor.
          default:
            return { ratio: left.ratio === right.ratio ? left.ratio : Number.NaN, constant }
        }
      }
      default:
        return UNIT
    }
  }

  walk(top)
  edits.sort((a, b) => a.from - b.from)
  return { text: applyEdits(expr, edits), edits, cautions }
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
const KEEPS_SIZE = new Set([
  'abs',
  'ceil',
  'floor',
  'round',
  'clamp',
  'clamp_max',
  'clamp_min',
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
  'label_replace',
  'label_join',
  'scalar',
  'vector',
  'max_over_time',
  'min_over_time',
  'avg_over_time',
  'sum_over_time',
  'last_over_time',
  'first_over_time',
  'quantile_over_time',
  'stddev_over_time',
  'mad_over_time',
  'histogram_count',
  'histogram_sum',
])
const NONLINEAR = new Set(['exp', 'ln', 'log2', 'log10', 'sqrt', 'stdvar_over_time', 'sgn', 'predict_linear'])
const COMPARISONS = new Set(['Eql', 'Neq', 'Gtr', 'Gte', 'Lss', 'Lte'])
const OPERATORS = new Set([...COMPARISONS, 'Mul', 'Div', 'Mod', 'Pow', 'Add', 'Sub', 'And', 'Or', 'Unless', 'Atan2'])
const EXPRESSION = new Set([
  'AggregateExpr',
  'BinaryExpr',
  'FunctionCall',
  'MatrixSelector',
  'NumberDurationLiteral',
  'OffsetExpr',
  'ParenExpr',
  'StringLiteral',
  'SubqueryExpr',
  'UnaryExpr',
  'VectorSelector',
  'StepInvariantExpr',
  'AnchoredExpr',
  'SmoothedExpr',
])

function children(node: SyntaxNode): SyntaxNode[] {
  const list: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling) list.push(child)
  return list
}

function firstExpression(node: SyntaxNode): SyntaxNode | null {
  return children(node).find((child) => EXPRESSION.has(child.name)) ?? null
}

function exprError(code: string, expr: string, node: SyntaxNode, message: string): FiredrillError {
  const before = expr.slice(0, node.from)
  const line = before.split('\n').length
  const start = before.lastIndexOf('\n') + 1
  return new FiredrillError(code, message, {
    place: {
      file: '<expr>',
      line,
      column: node.from - start + 1,
      source: expr.split('\n')[line - 1] ?? '',
      length: Math.max(1, node.to - node.from),
    },
    next:
      code === 'PROMQL_SYNTAX'
        ? 'Check the rule with: promtool check rules FILE'
        : 'Run this rule with --real-time, or write the duration as a literal.',
  })
}

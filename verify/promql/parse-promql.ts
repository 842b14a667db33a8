import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'
import { parseDuration } from './duration.ts'
import { lezerText } from './lezer-text.ts'
import { RANGE_FUNCTIONS, readRegularPromql } from './regular-promql.ts'
import type { BinaryOp, Expr, MatchOp, Matcher, Matching, Span } from './ast.ts'

/** `computed`: PromQL, but with a duration that is an expression (`[5m * 2]`), which is not read. */
export type Parsed = { ok: true; expr: Expr } | { ok: false; message: string; at: number; length: number; computed: boolean }

/** Deeper expressions are refused: walking them would exhaust the stack. */
const MAX_DEPTH = 200
/** Longer expressions are refused; Prometheus' own configuration files stay far below. */
const MAX_LENGTH = 65_536

class SyntaxProblem extends Error {
  readonly at: number
  readonly length: number
  readonly computed: boolean
  constructor(message: string, node: { from: number; to: number }, computed = false) {
    super(message)
    this.at = node.from
    this.length = Math.max(1, node.to - node.from)
    this.computed = computed
  }
}

/** The last expressions, parsed: several checks ask for the same ones. Bounded, so that memory stays linear. */
const recent = new Map<string, Parsed>()
const RECENT = 500

/** Text -> tree. Never throws: a syntax error is a value with its place. Trees are shared: do not change them. */
export function parsePromql(text: string): Parsed {
  const known = recent.get(text)
  if (known !== undefined) return known
  const regular = readRegularPromql(text)
  const parsed = regular === undefined ? parseByGrammar(text) : { ok: true as const, expr: regular }
  if (recent.size >= RECENT) recent.clear()
  recent.set(text, parsed)
  return parsed
}

/** The same by Prometheus' own grammar, which knows all of PromQL and says where a text is none. */
export function parseByGrammar(text: string): Parsed {
  try {
    if (text.trim() === '') throw new SyntaxProblem('the expression is empty', { from: 0, to: 1 })
    if (text.length > MAX_LENGTH) throw new SyntaxProblem(`the expression is longer than ${MAX_LENGTH} characters`, { from: 0, to: 1 })
    const { shadow, modifiers } = withoutModifiers(lezerText(text))
    const tree = parser.parse(shadow)
    let bad: { from: number; to: number } | undefined
    tree.iterate({
      enter: (node) => {
        if (node.type.isError && bad === undefined) bad = { from: node.from, to: node.to }
      },
    })
    if (bad !== undefined)
      throw new SyntaxProblem(bad.from >= text.trimEnd().length ? 'the expression ends too early' : 'not PromQL from here on', bad)
    const top = tree.topNode.firstChild
    if (top === null) throw new SyntaxProblem('the expression is empty', { from: 0, to: 1 })
    const expr = new Builder(text, modifiers).build(top, 0)
    const [loose] = modifiers
    if (loose !== undefined)
      throw new SyntaxProblem(`${loose.offset === undefined ? '@' : 'offset'} belongs directly after a selector or subquery`, loose)
    return { ok: true, expr }
  } catch (error) {
    if (error instanceof SyntaxProblem)
      return { ok: false, message: error.message, at: Math.min(error.at, text.length), length: error.length, computed: error.computed }
    throw error
  }
}

/** `offset 5m` or `@ 1700000000` behind a selector. */
interface Modifier {
  from: number
  to: number
  offset?: { offsetMs: number; offsetSpan: Span }
  at?: string
}

const MODIFIERS =
  /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*|\boffset\s+(?<offset>[+-]?\s*(?:(?:\d+(?:ms|[smhdwy]))+|\d+(?:\.\d+)?))(?![\w.(])|@\s*(?<at>start\s*\(\s*\)|end\s*\(\s*\)|[+-]?(?:(?:\d+(?:ms|[smhdwy]))+|\d[\d.]*(?:e[+-]?\d+)?))/gi

/**
 * The same text, as long, without what the grammar of lezer gets wrong: it binds `offset` and `@` looser than operators (a - b offset 1h
 * would be
 * (a - b) offset 1h).
 */
function withoutModifiers(text: string): { shadow: string; modifiers: Set<Modifier> } {
  const modifiers = new Set<Modifier>()
  const shadow = text.replace(MODIFIERS, (match: string, ...rest: unknown[]) => {
    const { offset, at } = rest.at(-1) as Record<string, string | undefined>
    const from = rest.at(-3) as number
    if (offset === undefined && at === undefined) return match
    const plain = (offset ?? '').replace(/\s+/g, '')
    const unsigned = plain.replace(/^[+-]/, '')
    const ms = parseDuration(unsigned) ?? Number(unsigned) * 1000
    const to = from + match.length
    modifiers.add({
      from,
      to,
      ...(offset === undefined
        ? { at: match.replace(/\s+/g, '') }
        : { offset: { offsetMs: plain.startsWith('-') ? -ms : ms, offsetSpan: { from: to - unsigned.length, to } } }),
    })
    return ' '.repeat(match.length)
  })
  return { shadow, modifiers }
}

function isRange(expr: Expr): boolean {
  if (expr.kind === 'call' && /^(?:anchored|smoothed)$/.test(expr.fn)) return expr.args.some(isRange)
  return expr.kind === 'subquery' || (expr.kind === 'selector' && expr.rangeMs !== undefined)
}

function spanOf(node: SyntaxNode): Span {
  return { from: node.from, to: node.to }
}

class Builder {
  readonly text: string
  /** Those not yet given to a selector. */
  readonly modifiers: Set<Modifier>
  constructor(text: string, modifiers: Set<Modifier>) {
    this.text = text
    this.modifiers = modifiers
  }

  build(node: SyntaxNode, depth: number): Expr {
    const built = this.plain(node, depth)
    return built.kind === 'selector' || built.kind === 'subquery' ? this.modified(built, node) : built
  }

  /** With the modifiers that stand directly behind it. */
  private modified<E extends Expr & { kind: 'selector' | 'subquery' }>(expr: E, node: SyntaxNode): E {
    let to = node.to
    let whole = expr
    if (!/^(?:Vector|Matrix)Selector$|^SubqueryExpr$/.test(node.name)) return expr
    for (let next = this.behind(to); next !== undefined; next = this.behind(to)) {
      this.modifiers.delete(next)
      to = next.to
      whole = {
        ...whole,
        ...(next.offset ?? { at: next.at ?? '' }),
        span: { from: node.from, to },
      }
    }
    return whole
  }

  private behind(end: number): Modifier | undefined {
    return this.modifiers.size === 0
      ? undefined
      : [...this.modifiers].find(({ from }) => from >= end && lezerText(this.text).slice(end, from).trim() === '')
  }

  private plain(node: SyntaxNode, depth: number): Expr {
    if (depth > MAX_DEPTH) throw new SyntaxProblem(`nested deeper than ${MAX_DEPTH} levels`, node)
    const span = spanOf(node)
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: this.number(node), span }
      case 'StringLiteral':
        return { kind: 'string', value: unquote(this.slice(node)), span }
      case 'ParenExpr':
        return this.build(this.inner(node), depth + 1)
      case 'UnaryExpr': {
        const operand = this.build(this.inner(node), depth + 1)
        return this.slice(node).startsWith('-') ? { kind: 'negate', expr: operand, span } : operand
      }
      case 'VectorSelector':
        return this.selector(node)
      case 'MatrixSelector': {
        const inner = this.build(this.inner(node), depth + 1)
        if (inner.kind !== 'selector' || inner.rangeMs !== undefined)
          throw new SyntaxProblem('a range [...] belongs directly after a selector', node)
        const range = this.durationIn(node, 'DurationExpr')
        return { ...inner, rangeMs: this.durationOf(range), rangeSpan: spanOf(range), span }
      }
      case 'SubqueryExpr': {
        const [range, step] = node.getChildren('DurationExpr')
        if (range === undefined) throw new SyntaxProblem('a subquery needs a range', node)
        return {
          kind: 'subquery',
          expr: this.build(this.inner(node), depth + 1),
          rangeMs: this.durationOf(range),
          rangeSpan: spanOf(range),
          stepMs: step === undefined ? null : this.durationOf(step),
          ...(step === undefined ? {} : { stepSpan: spanOf(step) }),
          offsetMs: 0,
          span,
        }
      }
      case 'OffsetExpr': {
        const inner = this.build(this.inner(node), depth + 1)
        if (inner.kind !== 'selector' && inner.kind !== 'subquery')
          throw new SyntaxProblem('offset belongs directly after a selector or subquery', node)
        const offset = this.durationIn(node, 'OffsetDurationExpr')
        // A signed offset is an OffsetDurationExpr around the unsigned one.
        return { ...inner, offsetMs: this.durationOf(offset), offsetSpan: spanOf(offset.getChild('OffsetDurationExpr') ?? offset), span }
      }
      case 'StepInvariantExpr': {
        const inner = this.build(this.inner(node), depth + 1)
        if (inner.kind !== 'selector' && inner.kind !== 'subquery')
          throw new SyntaxProblem('@ belongs directly after a selector or subquery', node)
        return { ...inner, at: this.text.slice(inner.span.to, node.to).replace(/\s+/g, ''), span }
      }
      case 'AnchoredExpr':
      case 'SmoothedExpr': {
        const inner = this.build(this.inner(node), depth + 1)
        return { kind: 'call', fn: node.name === 'AnchoredExpr' ? 'anchored' : 'smoothed', args: [inner], span }
      }
      case 'FunctionCall':
        return this.call(node, depth)
      case 'AggregateExpr':
        return this.aggregate(node, depth)
      case 'BinaryExpr':
        return this.binary(node, depth)
      default:
        throw new SyntaxProblem(`${node.name} is not understood here`, node)
    }
  }

  private slice(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to)
  }

  private inner(node: SyntaxNode): SyntaxNode {
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (/Expr$|^VectorSelector$|^MatrixSelector$|^FunctionCall$|Literal$/.test(child.name) && child.name !== 'DurationExpr') return child
    }
    throw new SyntaxProblem('an operand is missing', node)
  }

  private number(node: SyntaxNode): number {
    const raw = this.slice(node).replaceAll('_', '').replace(/\s+/g, '')
    const match = /^([+-]?)(.*)$/s.exec(raw)
    const sign = match?.[1] === '-' ? -1 : 1
    const body = (match?.[2] ?? '').toLowerCase()
    if (body === 'inf') return sign * Infinity
    if (body === 'nan') return NaN
    const value = Number(body)
    if (!Number.isNaN(value) && body !== '') return sign * value
    const ms = parseDuration(body)
    if (ms === undefined) throw new SyntaxProblem(`${raw} is not a number`, node)
    return (sign * ms) / 1000
  }

  private durationIn(node: SyntaxNode, name: string): SyntaxNode {
    const child = node.getChild(name)
    if (child === null) throw new SyntaxProblem('a duration is missing', node)
    return child
  }

  private durationOf(node: SyntaxNode): number {
    const raw = this.slice(node).replace(/\s+/g, '')
    const sign = raw.startsWith('-') ? -1 : 1
    const body = raw.replace(/^[+-]/, '').replace(/^\((.*)\)$/, '$1')
    const ms = parseDuration(body) ?? (/^\d+(\.\d+)?$/.test(body) ? Number(body) * 1000 : undefined)
    if (ms === undefined) throw new SyntaxProblem(`${raw} is not a duration such as 5m or 1m30s`, node, true)
    return sign * ms
  }

  private selector(node: SyntaxNode): Expr {
    const name = node.getChild('Identifier')
    let metric = name === null ? null : this.slice(name)
    const matchers: Matcher[] = []
    const list = node.getChild('LabelMatchers')
    for (let child = list?.firstChild ?? null; child !== null; child = child.nextSibling) {
      if (child.name === 'QuotedLabelName') {
        metric = unquote(this.slice(child))
      } else if (child.name === 'UnquotedLabelMatcher' || child.name === 'QuotedLabelMatcher') {
        const label = child.firstChild
        const op = child.getChild('MatchOp')
        const value = child.getChild('StringLiteral')
        if (label === null || op === null || value === null) throw new SyntaxProblem('a label matcher is incomplete', child)
        const matcher: Matcher = {
          label: label.name === 'QuotedLabelName' ? unquote(this.slice(label)) : this.slice(label),
          op: this.slice(op) as MatchOp,
          value: unquote(this.slice(value)),
        }
        if (matcher.label === '__name__' && matcher.op === '=' && metric === null) metric = matcher.value
        else matchers.push(matcher)
      }
    }
    return { kind: 'selector', metric, matchers, offsetMs: 0, span: spanOf(node) }
  }

  private body(node: SyntaxNode, depth: number): Expr[] {
    const args: Expr[] = []
    const body = node.getChild('FunctionCallBody')
    for (let child = body?.firstChild ?? null; child !== null; child = child.nextSibling) {
      if (child.name !== '(' && child.name !== ')' && child.name !== ',' && child.name !== 'LineComment')
        args.push(this.build(child, depth + 1))
    }
    return args
  }

  private call(node: SyntaxNode, depth: number): Expr {
    const name = node.getChild('FunctionIdentifier')
    const fn = name === null ? '' : this.slice(name)
    const args = this.body(node, depth)
    if (RANGE_FUNCTIONS.has(fn) && !args.some(isRange)) throw new SyntaxProblem(`${fn} needs a range such as [5m] after its selector`, node)
    if (
      !RANGE_FUNCTIONS.has(fn) &&
      args.some(isRange) &&
      !/_over_time$|^anchored$|^smoothed$|^double_exponential|^holt_winters$/.test(fn)
    ) {
      throw new SyntaxProblem(`${fn} takes no range vector`, node)
    }
    return { kind: 'call', fn, args, span: spanOf(node) }
  }

  private aggregate(node: SyntaxNode, depth: number): Expr {
    const op = node.getChild('AggregateOp')
    const modifier = node.getChild('AggregateModifier')
    const args = this.body(node, depth)
    const operand = args.at(-1)
    if (op === null || operand === undefined) throw new SyntaxProblem('the aggregation has no operand', node)
    if (isRange(operand)) throw new SyntaxProblem('an aggregation takes no range vector', node)
    const grouping = {
      kind: modifier?.firstChild?.name === 'Without' ? ('without' as const) : ('by' as const),
      labels: this.labels(modifier?.getChild('GroupingLabels') ?? null),
    }
    const param = args.length > 1 ? args[0] : undefined
    return {
      kind: 'aggregate',
      op: this.slice(op).toLowerCase(),
      ...(param === undefined ? {} : { param }),
      grouping,
      expr: operand,
      span: spanOf(node),
    }
  }

  private labels(list: SyntaxNode | null): string[] {
    const labels: string[] = []
    for (let child = list?.firstChild ?? null; child !== null; child = child.nextSibling) {
      if (child.name === 'LabelName') labels.push(this.slice(child))
      if (child.name === 'QuotedLabelName') labels.push(unquote(this.slice(child)))
    }
    return labels
  }

  private binary(node: SyntaxNode, depth: number): Expr {
    const parts: SyntaxNode[] = []
    for (let child = node.firstChild; child !== null; child = child.nextSibling) if (child.name !== 'LineComment') parts.push(child)
    const [lhs, op] = parts
    const rhs = parts.at(-1)
    if (lhs === undefined || rhs === undefined || op === undefined || parts.length < 3)
      throw new SyntaxProblem('an operand is missing', node)
    const clause = node.getChild('MatchingModifierClause')
    let matching: Matching | undefined
    if (clause !== null) {
      const [labels, include] = clause.getChildren('GroupingLabels')
      matching = { kind: clause.getChild('On') === null ? 'ignoring' : 'on', labels: this.labels(labels ?? null) }
      const side =
        clause.getChild('GroupLeft') === null
          ? clause.getChild('GroupRight') === null
            ? undefined
            : ('right' as const)
          : ('left' as const)
      if (side !== undefined) matching.group = { side, include: this.labels(include ?? null) }
    }
    const left = this.build(lhs, depth + 1)
    const right = this.build(rhs, depth + 1)
    if (isRange(left) || isRange(right)) throw new SyntaxProblem('an operator takes no range vector', node)
    return {
      kind: 'binary',
      op: this.slice(op).toLowerCase() as BinaryOp,
      lhs: left,
      rhs: right,
      bool: node.getChild('BoolModifier') !== null,
      ...(matching === undefined ? {} : { matching }),
      span: spanOf(node),
    }
  }
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }

/** Go string syntax: '...', "..." with escapes, `...` raw. */
function unquote(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1)
  return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs, (_, escape: string) => {
    if (/^[xuU][0-9a-fA-F]/.test(escape) && escape.length > 1) {
      const code = parseInt(escape.slice(1), 16)
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
    }
    if (/^[0-7]{3}$/.test(escape)) return String.fromCharCode(parseInt(escape, 8))
    return ESCAPES[escape] ?? escape
  })
}

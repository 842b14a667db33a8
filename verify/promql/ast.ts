/** PromQL as a tree, without the punctuation of the parser's own. Offsets are in UTF-16 units of the expression text. */
export type MatchOp = '=' | '!=' | '=~' | '!~'

export interface Matcher {
  label: string
  op: MatchOp
  value: string
}

export interface Span {
  from: number
  to: number
}

export interface Matching {
  kind: 'on' | 'ignoring'
  labels: string[]
  group?: { side: 'left' | 'right'; include: string[] }
}

export type BinaryOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2' | '==' | '!=' | '>' | '>=' | '<' | '<=' | 'and' | 'or' | 'unless'

export type Expr =
  | { kind: 'number'; value: number; span: Span }
  | { kind: 'string'; value: string; span: Span }
  /** rangeMs is set for a range vector; at is the text of an @ modifier; the spans are of the durations, an offset's without its sign. */
  | {
      kind: 'selector'
      metric: string | null
      matchers: Matcher[]
      rangeMs?: number
      rangeSpan?: Span
      offsetMs: number
      offsetSpan?: Span
      at?: string
      span: Span
    }
  | {
      kind: 'subquery'
      expr: Expr
      rangeMs: number
      rangeSpan: Span
      stepMs: number | null
      stepSpan?: Span
      offsetMs: number
      offsetSpan?: Span
      at?: string
      span: Span
    }
  | { kind: 'call'; fn: string; args: Expr[]; span: Span }
  | { kind: 'aggregate'; op: string; param?: Expr; grouping: { kind: 'by' | 'without'; labels: string[] }; expr: Expr; span: Span }
  | { kind: 'binary'; op: BinaryOp; lhs: Expr; rhs: Expr; bool: boolean; matching?: Matching; span: Span }
  | { kind: 'negate'; expr: Expr; span: Span }

export type Selector = Extract<Expr, { kind: 'selector' }>

/** The direct operands of a node, in order. */
export function children(expr: Expr): Expr[] {
  switch (expr.kind) {
    case 'call':
      return expr.args
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr]
    case 'binary':
      return [expr.lhs, expr.rhs]
    case 'negate':
    case 'subquery':
      return [expr.expr]
    default:
      return []
  }
}

/** Every node, parents first. */
export function walk(expr: Expr): readonly Expr[] {
  const found: Expr[] = []
  const visit = (node: Expr): void => {
    found.push(node)
    switch (node.kind) {
      case 'call':
        for (const arg of node.args) visit(arg)
        return
      case 'binary':
        visit(node.lhs)
        visit(node.rhs)
        return
      case 'aggregate':
      case 'negate':
      case 'subquery':
        for (const child of children(node)) visit(child)
    }
  }
  visit(expr)
  return found
}

export function selectors(expr: Expr): readonly Selector[] {
  return selectorsOf(walk(expr))
}

export function selectorsOf(nodes: readonly Expr[]): readonly Selector[] {
  return nodes.filter((node) => node.kind === 'selector')
}

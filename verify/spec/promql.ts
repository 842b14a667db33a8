import { parser } from '@prometheus-io/lezer-promql'
import type { SyntaxNode } from '@lezer/common'
import { lezerText } from '../promql/lezer-text.ts'
import { problem, text } from './reader.ts'
import type { Read } from './reader.ts'

/** A text that is PromQL by its grammar. Whether its metrics exist is for the drill to say. */
export const promql: Read<string> = (place) => {
  const expr = text(place)
  if (expr === undefined) return undefined
  const at = syntaxErrorAt(expr)
  if (at === undefined) return expr
  const shown = expr.slice(at, at + 20).split('\n')[0] ?? ''
  return problem(place, 'SPEC_PROMQL', shown === '' ? 'the expression ends too early' : `not PromQL from "${shown}" on`)
}

/** Offset of the first syntax error, or undefined. */
export function syntaxErrorAt(expr: string): number | undefined {
  let at: number | undefined
  parser.parse(lezerText(expr)).iterate({
    enter: (node) => {
      if (node.type.isError) at ??= node.from
      return at === undefined
    },
  })
  return at
}

/** The only labels that rows of this expression can have, where an aggregation says so; undefined when they are those of the series. */
export function labelsLeft(expr: string): Set<string> | undefined {
  const text = lezerText(expr)
  const top = parser.parse(text).topNode.firstChild
  return top === null || syntaxErrorAt(expr) !== undefined ? undefined : left(top, text)
}

const names = (list: SyntaxNode | null, text: string): string[] =>
  [...(list?.getChildren('LabelName') ?? []), ...(list?.getChildren('QuotedLabelName') ?? [])].map(({ from, to }) =>
    text.slice(from, to).replace(/^["'`]|["'`]$/g, ''),
  )

function left(node: SyntaxNode, text: string): Set<string> | undefined {
  switch (node.name) {
    case 'ParenExpr':
    case 'UnaryExpr': {
      const inner = operands(node).at(-1)
      return inner === undefined ? undefined : left(inner, text)
    }
    case 'AggregateExpr': {
      const modifier = node.getChild('AggregateModifier')
      if (/^(?:topk|bottomk|limitk|limit_ratio)/i.test(text.slice(node.from, node.to))) return undefined
      return modifier === null
        ? new Set()
        : modifier.firstChild?.name === 'By'
          ? new Set(names(modifier.getChild('GroupingLabels'), text))
          : undefined
    }
    case 'FunctionCall': {
      const fn = text.slice(node.from, text.indexOf('(', node.from)).trim()
      const body = node.getChild('FunctionCallBody')
      if (fn === 'vector') return new Set()
      if (body === null || /^(?:absent|label_|info$)/.test(fn)) return undefined
      const vectors = operands(body).filter(({ name }) => !isNumber(name) && name !== 'StringLiteral')
      const inner = vectors.length === 1 && vectors[0] !== undefined ? left(vectors[0], text) : undefined
      if (fn === 'histogram_quantile') inner?.delete('le')
      return inner
    }
    case 'BinaryExpr':
      return ofBinary(node, text)
    default:
      return undefined
  }
}

function ofBinary(node: SyntaxNode, text: string): Set<string> | undefined {
  const [lhs, rhs] = operands(node)
  if (lhs === undefined || rhs === undefined) return undefined
  if (isNumber(lhs.name)) return left(rhs, text)
  if (isNumber(rhs.name)) return left(lhs, text)
  const [mine, theirs] = [left(lhs, text), left(rhs, text)]
  if (node.getChild('And') !== null || node.getChild('Unless') !== null) return mine
  if (node.getChild('Or') !== null) return mine === undefined || theirs === undefined ? undefined : new Set([...mine, ...theirs])
  const clause = node.getChild('MatchingModifierClause')
  // Only rows with equal labels meet.
  if (clause === null) return mine ?? theirs
  if (clause.getChild('GroupLeft') !== null || clause.getChild('GroupRight') !== null || clause.getChild('On') === null) return undefined
  return new Set(names(clause.getChild('GroupingLabels'), text))
}

function isNumber(name: string): boolean {
  return name.startsWith('NumberDurationLiteral')
}

function operands(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = []
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (/Expr$|Selector$|^FunctionCall$|Literal/.test(child.name)) found.push(child)
  return found
}

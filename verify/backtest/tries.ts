import { FiredrillError } from '../model/error.ts'
import { parseDuration } from '../promql/duration.ts'
import { parsePromql } from '../promql/parse-promql.ts'
import type { Expr } from '../promql/ast.ts'
import { isComparator } from '../promql/operators.ts'
import { didYouMean } from '../text/did-you-mean.ts'

/** Other values of a rule: what would it have done with them? */
export interface Try {
  /** As it was given. */
  text: string
  forMs?: number
  keepFiringForMs?: number
  threshold?: number
}

const KEYS = ['for', 'keep_firing_for', 'threshold']

/** `for=10m`, `threshold=0.02`, `for=10m,threshold=0.02`. Throws TRY_INVALID. */
export function parseTry(text: string): Try {
  const result: Try = { text }
  const refuse = (message: string, next = `Write for=10m, keep_firing_for=5m or threshold=0.02; several at once with a comma.`): never => {
    throw new FiredrillError('TRY_INVALID', `--try ${JSON.stringify(text)}: ${message}`, { next })
  }
  for (const part of text.split(',')) {
    const [, key = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? []
    if (!KEYS.includes(key)) return refuse(`${JSON.stringify(key || part.trim())} is nothing that can be tried${didYouMean(key, KEYS)}`)
    if (key === 'threshold') {
      if (value === '' || !Number.isFinite(Number(value))) return refuse(`${JSON.stringify(value)} is no number`)
      result.threshold = Number(value)
      continue
    }
    const ms = parseDuration(value)
    if (ms === undefined) return refuse(`${JSON.stringify(value)} is no duration such as 90s or 10m`)
    if (key === 'for') result.forMs = ms
    else result.keepFiringForMs = ms
  }
  return result
}

/**
 * The expression with another number in its comparison, or in each of several joined by `or`; undefined where it is no comparison with one
 * number: which of several is meant is not known.
 */
export function withThreshold(expr: string, threshold: number): string | undefined {
  const parsed = parsePromql(expr)
  if (!parsed.ok) return undefined
  const spans: { from: number; to: number }[] = []
  const values = new Set<number>()
  const visit = (node: Expr): boolean => {
    if (node.kind !== 'binary') return false
    if (node.op === 'or') return visit(node.lhs) && visit(node.rhs)
    if (!isComparator(node.op)) return false
    const [left, right] = [numberIn(node.lhs), numberIn(node.rhs)]
    if ((left === undefined) === (right === undefined)) return false
    values.add(left ?? right ?? NaN)
    spans.push((left === undefined ? node.rhs : node.lhs).span)
    return true
  }
  if (!visit(parsed.expr) || values.size !== 1) return undefined
  return spans
    .toSorted((a, b) => b.from - a.from)
    .reduce((text, { from, to }) => `${text.slice(0, from)}${threshold}${text.slice(to)}`, expr)
}

function numberIn(expr: Expr): number | undefined {
  if (expr.kind === 'negate') return expr.expr.kind === 'number' ? -expr.expr.value : undefined
  return expr.kind === 'number' ? expr.value : undefined
}

import type { Expr, Matcher, Selector } from './ast.ts'
import { selectors } from './ast.ts'
import { isStatus } from './compare-matchers.ts'
import { isComparator } from './operators.ts'
import { isScalar, lacks, shapeOf, type World } from './shape.ts'

/** Labels of which a thing has several values at a time. One pod has one node, and several containers. */
const SEVERAL =
  /^(?:le|quantile|mode|method|handler|path|route|uri|url|endpoint|container|device|mountpoint|cpu|phase|condition|reason|state|type|direction|operation|topic|partition|queue|verb|result|outcome)$/

/** Labels by which rows of the expression differ, among those that are written in it; a row of each group is picked: none. */
function differing(expr: Expr, world: World): Set<string> {
  switch (expr.kind) {
    case 'selector':
      return new Set(
        expr.matchers
          .filter(({ label }) => isSeveral(label) && !isPinned(expr, label))
          .flatMap(({ label, op }) => (op === '=~' ? label : [])),
      )
    case 'negate':
    case 'subquery':
      return differing(expr.expr, world)
    case 'call': {
      if (/^(?:absent|info$|vector$|label_)/.test(expr.fn)) return new Set()
      const vector = expr.args.find((arg) => !isScalar(arg))
      const inner = vector === undefined ? new Set<string>() : differing(vector, world)
      if (expr.fn.startsWith('histogram_')) inner.delete('le')
      return inner
    }
    case 'aggregate': {
      const { op, grouping } = expr
      if (/^(?:topk|bottomk|limitk|limit_ratio|count_values)$/.test(op)) return new Set()
      const inner = differing(expr.expr, world)
      if (grouping.kind === 'without') return new Set([...inner].filter((label) => !grouping.labels.includes(label)))
      const shape = shapeOf(expr.expr, world)
      const all = selectors(expr.expr)
      return new Set(
        grouping.labels.filter(
          (label) => isSeveral(label) && !lacks(shape, label) && !all.some((selector) => isPinned(selector, label)) && !filtered(expr.expr),
        ),
      )
    }
    case 'binary': {
      const { op, lhs, rhs, matching } = expr
      // What a condition leaves may be one row of each.
      if (/^(?:and|or|unless)$/.test(op) || (isComparator(op) && !expr.bool)) return new Set()
      if (isScalar(rhs)) return differing(lhs, world)
      if (isScalar(lhs)) return differing(rhs, world)
      const many = differing(matching?.group?.side === 'right' ? rhs : lhs, world)
      if (matching === undefined || matching.group !== undefined) return many
      return new Set([...many].filter((label) => matching.labels.includes(label) === (matching.kind === 'on')))
    }
    default:
      return new Set()
  }
}

function isSeveral(label: string): boolean {
  return SEVERAL.test(label) || isStatus(label)
}

/** Whether a comparison inside leaves some rows only. */
function filtered(expr: Expr): boolean {
  return expr.kind === 'binary'
    ? /^(?:and|or|unless)$/.test(expr.op) || (isComparator(expr.op) && !expr.bool) || filtered(expr.lhs) || filtered(expr.rhs)
    : expr.kind === 'call'
      ? expr.args.some(filtered)
      : expr.kind === 'aggregate' || expr.kind === 'negate' || expr.kind === 'subquery'
        ? /^(?:topk|bottomk|limitk)$/.test(expr.kind === 'aggregate' ? expr.op : '') || filtered(expr.expr)
        : false
}

function isPinned({ matchers }: Selector, label: string): boolean {
  return matchers.some((matcher) => matcher.label === label && matcher.op === '=')
}

/** The series that a side is as they are: through functions and arithmetic with numbers. */
function bare(expr: Expr): Selector | undefined {
  if (expr.kind === 'selector') return expr
  if (expr.kind === 'negate' || expr.kind === 'subquery') return bare(expr.expr)
  if (expr.kind === 'call')
    return /^(?:rate|irate|increase|delta|idelta|deriv|abs|ceil|floor|round|\w+_over_time)$/.test(expr.fn)
      ? bare(expr.args.find((arg) => !isScalar(arg)) ?? expr.args[0] ?? NOTHING)
      : undefined
  if (expr.kind !== 'binary' || isComparator(expr.op)) return undefined
  return isScalar(expr.rhs) ? bare(expr.lhs) : isScalar(expr.lhs) ? bare(expr.rhs) : undefined
}

const NOTHING: Expr = { kind: 'number', value: 0, span: { from: 0, to: 0 } }

/**
 * Why several rows of one side meet the same row of the other, though the operator wants one: the label by which they differ, and the side
 * that has them. By what is written alone: undefined where that does not say so.
 */
export function severalRows(
  expr: Expr & { kind: 'binary' },
  world: World,
): { label: string; side: 'left' | 'right'; isReversed: boolean } | undefined {
  const { lhs, rhs, matching } = expr
  if (matching === undefined || /^(?:and|or|unless)$/.test(expr.op)) return undefined
  const isCompared = (label: string): boolean => matching.labels.includes(label) === (matching.kind === 'on')
  const beyond = (side: Expr): string[] => [...differing(side, world)].filter((label) => !isCompared(label))
  const many = matching.group?.side
  for (const side of ['left', 'right'] as const) {
    if (side === many) continue
    const [own, other] = side === 'left' ? [lhs, rhs] : [rhs, lhs]
    const label = beyond(own).find((each) => matching.group?.include.includes(each) !== true) ?? unpinned(own, other, isCompared)
    if (label !== undefined) return { label, side, isReversed: many !== undefined && isOneEach(other, isCompared) }
  }
  return undefined
}

/** `x{code="500"} / ignoring (code) x`: the one side says that there are several codes, and the other has them all. */
function unpinned(own: Expr, other: Expr, isCompared: (label: string) => boolean): string | undefined {
  const [mine, theirs] = [bare(own), bare(other)]
  if (mine === undefined || theirs === undefined || mine.metric === null || mine.metric !== theirs.metric) return undefined
  const says = ({ op, value }: Matcher): boolean => value !== '' && (op === '=' || op === '=~')
  return theirs.matchers.find(
    (matcher) => says(matcher) && !isCompared(matcher.label) && !mine.matchers.some(({ label }) => label === matcher.label),
  )?.label
}

/** Whether an aggregation leaves one row for each set of the labels that are compared. */
function isOneEach(expr: Expr, isCompared: (label: string) => boolean): boolean {
  return expr.kind === 'aggregate' && expr.grouping.kind === 'by' && expr.grouping.labels.every(isCompared)
}

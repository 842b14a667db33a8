import { children, selectors, walk, type Expr } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { isComparator } from '../promql/operators.ts'
import { ask, keysOf, type Scene } from './scene.ts'

const DAY_S = 86_400
/** After so many seconds a function of the clock has shown all that it shows. */
const SPANS_S: Partial<Record<string, number>> = {
  minute: 3_600,
  hour: DAY_S,
  day_of_week: 7 * DAY_S,
  day_of_month: 31 * DAY_S,
  days_in_month: 59 * DAY_S,
  day_of_year: 366 * DAY_S,
  month: 366 * DAY_S,
}
/** Instants of a span that are looked at. */
const LOOKED_AT = 10_080

/** What a condition makes of the clock: `hour() > 8`, `day_of_week() == 0`. */
export interface Clock {
  /** After so many seconds it repeats. */
  spanS: number
  /** Equal texts: the condition makes the same of both instants. */
  signatureAt: (nowS: number) => string
  /** For each signature the begin of the longest time that it lasts. */
  instants: number[]
}

/** undefined: it reads no clock. */
export function clockOf(scene: Scene): Clock | undefined {
  const parts = clockParts(scene.expr)
  const spanS = Math.max(...parts.flatMap(walk).map((node) => spanOf(node) ?? 0), 0)
  if (spanS === 0) return undefined
  const signatureAt = (nowS: number): string =>
    parts
      .map((part) => {
        const result = ask({ ...scene, nowS }, part, [])
        const isFilter = part.kind === 'binary' && isComparator(part.op) && !part.bool
        return result?.kind === 'vector' && isFilter ? keysOf(result) + String(result.rows.length) : JSON.stringify(result)
      })
      .join('\n')
  const everyS = Math.max(60, Math.ceil(spanS / LOOKED_AT / 60) * 60)
  const longest = new Map<string, { from: number; lasts: number }>()
  for (let from = 0; from < spanS;) {
    const signature = signatureAt(from)
    let until = from + everyS
    while (until < spanS && signatureAt(until) === signature) until += everyS
    if (until - from > (longest.get(signature)?.lasts ?? 0)) longest.set(signature, { from, lasts: until - from })
    from = until
  }
  return { spanS, signatureAt, instants: [...longest.values()].map(({ from }) => from) }
}

export function readsClock(expr: Expr): boolean {
  return clockParts(expr).length > 0
}

/** The largest parts that read a clock and no series. */
function clockParts(expr: Expr): Expr[] {
  if (selectors(expr).length > 0) return children(expr).flatMap(clockParts)
  return walk(expr).some((node) => spanOf(node) !== undefined) ? [expr] : []
}

/** Of hour() and the like of the evaluation, and of `time() % 86400`. */
function spanOf(node: Expr): number | undefined {
  if (node.kind === 'call' && selectors(node).length === 0) return SPANS_S[node.fn]
  if (node.kind !== 'binary' || node.op !== '%') return undefined
  return walk(node.lhs).some((each) => each.kind === 'call' && each.fn === 'time') ? constantOf(node.rhs) : undefined
}

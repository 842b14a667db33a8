import { children, selectors, walk, type Expr, type Selector } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { evaluate, NotEvaluated, selects, type Result, type SteadySeries } from '../promql/evaluate.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import type { LabelledSeries } from './labelled-series.ts'

/** What one series does for a while. */
export interface Motion {
  /** Its value at the end. Of a series that is held against time(): its distance from now, in seconds. */
  level: number
  /** What it gains per second. */
  perS: number
  /** How often it changes to another value and back, per second. */
  changesPerS: number
  /** How many seconds ago its last sample was. */
  ageS: number
}

/** A series that stays at 1 and has a sample at each evaluation. */
export const STILL: Motion = { level: 1, perS: 0, changesPerS: 0, ageS: 0 }

/** What each series of a scene does, in their order; null: it is absent. */
export type World = (Motion | null)[]

/** How the samples of a metric are read: which of their motions count. */
export interface Reading {
  /** By rate() and the like: it only grows. */
  isCounter: boolean
  /** Beside time(). */
  isClocked: boolean
  /** By changes() and the like. */
  isChanging: boolean
  /** By timestamp(). */
  isAged: boolean
  /** By how it grows or falls. */
  moves: boolean
}

/** What is asked of a condition: over which series, how they are read, and when. */
export interface Scene {
  expr: Expr
  series: LabelledSeries[]
  /** By metric. */
  readings: Map<string, Reading>
  /** From one evaluation to the next, seconds; each has a sample. */
  stepS: number
  /** Seconds since 1970-01-01 00:00 UTC, for conditions that read a clock. */
  nowS: number
  /** From 0 to below 1, the same numbers each time. */
  random: () => number
}

const COUNTED = /^(?:rate|irate|increase|resets)$/
const MOVING = /^(?:rate|irate|increase|delta|idelta|deriv|predict_linear)$/
const CHANGING = /^(?:changes|resets|std(?:dev|var)_over_time)$/

/** How a condition reads each of these metrics. */
export function readingsOf(expr: Expr, metrics: Iterable<string>): Map<string, Reading> {
  const nodes = walk(expr)
  const within = (pattern: RegExp): Selector[] =>
    nodes.flatMap((node) => (node.kind === 'call' && pattern.test(node.fn) ? selectors(node) : []))
  const [counted, moved, changing] = [within(COUNTED), within(MOVING), within(CHANGING)]
  const aged = nodes.flatMap((node) =>
    node.kind === 'call' && node.fn === 'timestamp' && node.args[0]?.kind === 'selector' ? node.args[0] : [],
  )
  const timed = nodes.flatMap((node) =>
    node.kind === 'binary' && !/^[aou]/.test(node.op) && [node.lhs, node.rhs].some(isTime) ? selectors(node) : [],
  )
  const shifted = selectors(expr).filter(({ offsetMs }) => offsetMs !== 0)
  return new Map(
    [...new Set(metrics)].map((metric) => {
      const isIn = (found: readonly Selector[]): boolean => found.some((selector) => isNamed(selector, metric))
      return [
        metric,
        {
          isCounter: isIn(counted),
          isClocked: isIn(timed) && !isIn(counted) && !isIn(aged),
          isChanging: isIn(changing),
          isAged: isIn(aged),
          moves: isIn(moved) || isIn(shifted),
        },
      ]
    }),
  )
}

const isTime = (node: Expr): boolean =>
  (node.kind === 'call' && node.fn === 'time') || ((node.kind === 'binary' || node.kind === 'negate') && children(node).some(isTime))

/** Whether a selector takes series of a metric, if their labels are right. */
export function isNamed(selector: Selector, metric: string): boolean {
  return selects({ ...selector, matchers: selector.matchers.filter(({ label }) => label === '__name__') }, { metric, labels: {} })
}

/** Numbers of a condition, constants put together: 60 * 60 is 3600. */
export function numbersOf(expr: Expr): number[] {
  const value = expr.kind === 'string' ? undefined : constantOf(expr)
  return value === undefined ? children(expr).flatMap(numbersOf) : Number.isFinite(value) ? [value] : []
}

/** What an expression is in a world; undefined: that cannot be said. */
export function ask(scene: Scene, expr: Expr, world: World): Result | undefined {
  try {
    return evaluate(expr, steady(scene, world), { nowS: scene.nowS, stepS: scene.stepS })
  } catch (error) {
    if (error instanceof NotEvaluated) return undefined
    throw error
  }
}

/** The world as series of the evaluator. */
function steady({ series, readings, nowS }: Scene, world: World): SteadySeries[] {
  return series.flatMap(({ metric, labels }, index) => {
    const motion = world[index]
    if (motion === null || motion === undefined) return []
    const isClocked = readings.get(metric)?.isClocked === true
    return [
      {
        metric,
        labels,
        value: isClocked ? nowS + motion.level : motion.level,
        ratePerS: isClocked ? 0 : motion.perS,
        changesPerS: motion.changesPerS,
        ageS: motion.ageS,
      },
    ]
  })
}

export const UNKNOWN = '?'

/** The rows of a result by their labels, as an alert has them; UNKNOWN where there is none. */
export function keysOf(result: Result | undefined): string {
  if (result === undefined) return UNKNOWN
  if (result.kind === 'scalar') return String(result.value)
  return result.rows
    .map(({ labels }) => labelKey(withoutLabels(labels, ['__name__'])))
    .sort()
    .join('\n')
}

/** A number that sums up without rounding, also where many of it are added: 12 binary digits. */
export function round(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 12)
  return Math.round(value / unit) * unit
}

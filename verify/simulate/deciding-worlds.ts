import { children, selectors, walk, type Expr, type Selector } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { evaluate, NotEvaluated, selects, type Moving, type Result, type SteadySeries } from '../promql/evaluate.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { isComparator } from '../promql/operators.ts'
import type { LabelledSeries } from './labelled-series.ts'

/**
 * What each series does for a while, in their order: its level, what it gains and how often it changes per second; null: it is absent.
 * Of a series that is held against time() the level is its distance from now.
 */
export type World = (Motion | null)[]

export interface Motion {
  level: number
  perS: number
  changesPerS: number
}

/** Worlds that differ by little, and of which one comparison of the condition is true in one alone. */
export interface Deciding {
  worlds: World[]
  /** Whether the alert itself is another one in them, and not the comparison alone. */
  decides: boolean
  /** Where the comparison begins whose threshold is met exactly in one of them; undefined: in none. */
  metAt: number | undefined
}

/** How a metric is read: which of its motions count. */
export interface Reading {
  isCounter: boolean
  isClocked: boolean
  isChanging: boolean
  moves: boolean
}

const COUNTED = /^(?:rate|irate|increase|resets)$/
const MOVING = /^(?:rate|irate|increase|delta|idelta|deriv|predict_linear)$/

/** Of each metric of a condition. */
export function readingsOf(expr: Expr): Map<string, Reading> {
  const nodes = walk(expr)
  const within = (pattern: RegExp): Set<string> =>
    new Set(
      nodes.flatMap((node) => (node.kind === 'call' && pattern.test(node.fn) ? selectors(node).map(({ metric }) => metric ?? '') : [])),
    )
  const [counters, moved, changing] = [within(COUNTED), within(MOVING), within(/^(?:changes|resets|std(?:dev|var)_over_time)$/)]
  const timed = new Set(
    nodes.flatMap((node) =>
      node.kind === 'binary' && [node.lhs, node.rhs].some(isTime) ? selectors(node).map(({ metric }) => metric ?? '') : [],
    ),
  )
  const names = new Set(selectors(expr).map(({ metric }) => metric ?? ''))
  return new Map(
    [...names].map((name) => [
      name,
      {
        isCounter: counters.has(name),
        isClocked: timed.has(name) && !counters.has(name),
        isChanging: changing.has(name),
        moves: moved.has(name) || nodes.some((node) => node.kind === 'selector' && node.metric === name && node.offsetMs !== 0),
      },
    ]),
  )
}

const isTime = (node: Expr): boolean =>
  (node.kind === 'call' && node.fn === 'time') || ((node.kind === 'binary' || node.kind === 'negate') && children(node).some(isTime))

const BUCKETS = ['0.001', '0.25', '0.5', '1', '2', '4', '1000', '+Inf']

/** Series of a histogram's buckets, about the numbers that its quantile is compared with. */
export function withBuckets(series: readonly LabelledSeries[], expr: Expr): LabelledSeries[] {
  const bucketed = new Set(
    walk(expr).flatMap((node) =>
      node.kind === 'call' && node.fn === 'histogram_quantile' ? selectors(node).map(({ metric }) => metric ?? '') : [],
    ),
  )
  const [threshold = 1] = thresholdsOf(expr).filter((each) => each > 0)
  return series.flatMap((each) =>
    bucketed.has(each.metric) && each.labels['le'] === undefined
      ? BUCKETS.map((le) => ({
          ...each,
          labels: { ...each.labels, le: le === '+Inf' ? le : String(Number((Number(le) * threshold).toPrecision(9))) },
        }))
      : [each],
  )
}

const thresholdsOf = (expr: Expr): number[] =>
  walk(expr).flatMap((node) =>
    node.kind === 'binary' && isComparator(node.op) ? [constantOf(node.rhs) ?? constantOf(node.lhs) ?? NaN] : [],
  )

/** Numbers of a condition, constants put together: 60 * 60 is 3600. */
export function numbersOf(expr: Expr): number[] {
  const value = expr.kind === 'string' ? undefined : constantOf(expr)
  return value === undefined ? children(expr).flatMap(numbersOf) : Number.isFinite(value) ? [value] : []
}

/** A number that sums up without rounding, also where many of it are added: 12 binary digits. */
function round(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return 0
  const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 12)
  return Math.round(value / unit) * unit
}

export interface Scene {
  expr: Expr
  series: LabelledSeries[]
  readings: Map<string, Reading>
  stepS: number
  random: () => number
}

/** The world as series of the evaluator. */
function steady({ series, readings }: Scene, world: World): SteadySeries[] {
  return series.flatMap(({ metric, labels }, index) => {
    const motion = world[index]
    return motion === null || motion === undefined
      ? []
      : [
          {
            metric,
            labels,
            value: motion.level,
            ratePerS: readings.get(metric)?.isClocked === true ? 0 : motion.perS,
            changesPerS: motion.changesPerS,
          },
        ]
  })
}

/** undefined: it cannot be said what the expression is there. */
function ask(scene: Scene, expr: Expr, world: World): Result | undefined {
  const moving: Moving = { nowS: 0, stepS: scene.stepS }
  try {
    return evaluate(expr, steady(scene, world), moving)
  } catch (error) {
    if (error instanceof NotEvaluated) return undefined
    throw error
  }
}

const keysOf = (result: Result | undefined): string =>
  result === undefined
    ? '?'
    : result.kind === 'scalar'
      ? String(result.value)
      : result.rows
          .map(({ labels }) => labelKey(withoutLabels(labels, ['__name__'])))
          .sort()
          .join('\n')

/** On which side of its threshold each row of a comparison is. */
function sidesOf(scene: Scene, node: Expr & { kind: 'binary' }, world: World): string {
  const { bool: _, ...rest } = node
  const result = ask(scene, { ...rest, op: '-', bool: false }, world)
  if (result === undefined) return '?'
  const rows = result.kind === 'scalar' ? [{ labels: {}, value: result.value }] : result.rows
  return rows
    .map(({ labels, value }) => `${labelKey(labels)} ${Math.sign(value)}`)
    .sort()
    .join('\n')
}

type Driven = 'level' | 'perS' | 'changesPerS' | 'share'

/** What moves in a search: some series of one selector, by one of their motions. */
interface Driver {
  indices: number[]
  of: Driven
  isWhole: boolean
}

function driversOf(scene: Scene, selector: Selector): Driver[] {
  const indices = scene.series.flatMap((each, index) => (selects(selector, each) ? [index] : []))
  const [first] = indices.filter((index) => (scene.series[index]?.row ?? -1) >= 0)
  const reading = scene.readings.get(selector.metric ?? '')
  if (first === undefined || reading === undefined) return []
  const bucketed = scene.series[first]?.labels['le'] !== undefined && indices.length > 1
  const apart = withoutLabels(scene.series[first]?.labels ?? {}, ['le'])
  const one = bucketed
    ? indices.filter((index) => labelKey(withoutLabels(scene.series[index]?.labels ?? {}, ['le'])) === labelKey(apart))
    : [first]
  const ways: Driven[] = bucketed
    ? ['share']
    : [
        ...(reading.isCounter ? [] : (['level'] as const)),
        ...(reading.moves || reading.isCounter ? (['perS'] as const) : []),
        ...(reading.isChanging ? (['changesPerS'] as const) : []),
      ]
  return ways.flatMap((of) => [
    { indices: one, of, isWhole: false },
    ...(indices.length > one.length ? [{ indices, of, isWhole: true }] : []),
  ])
}

/** The world with the driven series at a value. */
function driven({ series }: Scene, base: World, { indices, of }: Driver, value: number): World {
  const world = [...base]
  for (const index of indices) {
    const motion = world[index] ?? { level: 1, perS: 0, changesPerS: 0 }
    if (of === 'share') {
      const le = Number((series[index]?.labels['le'] ?? '').replace('+Inf', 'Infinity'))
      const bounds = indices.map((each) => Number((series[each]?.labels['le'] ?? '').replace('+Inf', 'Infinity'))).sort((a, b) => a - b)
      // Quick ones end at the middle bound, slow ones at the next.
      const place = bounds.indexOf(le)
      world[index] = { ...motion, perS: place < 3 ? 0 : place === 3 ? round(10 * (1 - value)) : 10 }
    } else world[index] = { ...motion, [of]: of === 'level' ? value : round(value) }
  }
  return world
}

function valuesToTry(scene: Scene, { of }: Driver, numbers: readonly number[]): number[] {
  if (of === 'share') return Array.from({ length: 21 }, (_, index) => index / 20)
  const tens = [-6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 9, 12].map((power) => 10 ** power)
  const near = [...new Set(numbers.map(Math.abs))].slice(0, 8).flatMap((each) => [each * 0.5, each * 0.9, each, each * 1.1, each * 2])
  const positive = [...new Set([...tens, ...near, ...near.map((each) => each / 60)])].filter((each) => each > 0)
  const isSigned =
    of === 'level' || (of === 'perS' && scene.readings.size > 0 && ![...scene.readings.values()].every(({ isCounter }) => isCounter))
  return [...(isSigned ? positive.map((each) => -each) : []), 0, ...positive].sort((a, b) => a - b)
}

/** A world of levels near the numbers of the condition; now and then a series is absent. */
export function randomWorld(scene: Scene, numbers: readonly number[]): World {
  const { series, readings, random } = scene
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)]
  const levels = [0, 1, 1, 1, 2, 5, 10, 100, 1000, ...numbers.flatMap((each) => [each, each * 0.8, each * 1.2, each / 2, each * 2])]
  const isAlike = random() < 0.5
  const byMetric = new Map<string, Motion>()
  const goneMetric = random() < 0.25 ? pick(series)?.metric : undefined
  return series.map(({ metric }): Motion | null => {
    const reading = readings.get(metric)
    const own: Motion = {
      level: round((reading?.isClocked === true ? -1 : 1) * (pick(levels) ?? 0)),
      perS: 0,
      changesPerS: 0,
    }
    if (reading?.isCounter === true) own.perS = round(Math.abs(pick(levels) ?? 1) / 10)
    else if (reading?.moves === true) own.perS = round((Math.abs(own.level) / 86_400) * (pick([0, 0, 0.5, 1, 2, -0.5, -1, -2]) ?? 0))
    const motion = isAlike ? (byMetric.get(metric) ?? own) : own
    byMetric.set(metric, motion)
    return metric === goneMetric || random() < 0.08 ? null : motion
  })
}

/** Worlds that follow each other by jumps about the numbers of the condition, where what was is compared with what is. */
export function jumps({ series, readings, expr }: Scene): World[] {
  const isCompared = selectors(expr).some(({ offsetMs }) => offsetMs !== 0)
  const from = 1000
  const at = (level: number): World =>
    series.map(({ metric, row }) => ({
      level: row > 0 ? from : level,
      perS: readings.get(metric)?.isCounter === true ? round((row > 0 ? from : level) / 100) : 0,
      changesPerS: 0,
    }))
  const steps = numbersOf(expr).flatMap((value) => [from * value, from + value, from - value, from * (1 + value), from * (1 - value)])
  return isCompared ? steps.flatMap((level) => [at(from), at(level * 0.97), at(from), at(level * 1.03)]) : []
}

/** Where two neighbouring values give different answers: the last before and the first behind. */
function boundary(at: (value: number) => string, low: number, high: number): [number, number] {
  let [a, b] = [low, high]
  const first = at(a)
  for (let turn = 0; turn < 40 && Math.abs(b - a) > 1e-7 * Math.max(Math.abs(a), Math.abs(b)); turn++) {
    const middle = (a + b) / 2
    if (at(middle) === first) a = middle
    else b = middle
  }
  return [a, b]
}

/** So many random worlds are tried for a comparison and a driver. */
const TRIES = 14
const KEPT = 2

/** For each comparison of the condition, and each selector that it depends on, worlds on both sides of its threshold and on it. */
export function decidingWorlds(scene: Scene): { found: Deciding[]; joinsMany: boolean } {
  const numbers = numbersOf(scene.expr)
  const comparisons = walk(scene.expr).filter((node): node is Expr & { kind: 'binary' } => node.kind === 'binary' && isComparator(node.op))
  const found: Deciding[] = []
  let [asked, unknown] = [0, 0]
  for (const node of comparisons)
    for (const selector of selectors(node))
      for (const driver of driversOf(scene, selector)) {
        const kept: Deciding[] = []
        const values = valuesToTry(scene, driver, numbers)
        for (let turn = 0; turn < TRIES && kept.filter(({ decides }) => decides).length < KEPT; turn++) {
          const base = randomWorld(scene, numbers)
          const sides = (value: number): string => sidesOf(scene, node, driven(scene, base, driver, value))
          const seen = values.map(sides)
          asked++
          if (seen.every((each) => each === '?')) unknown++
          for (let index = 1; index < values.length; index++) {
            if (seen[index] === seen[index - 1] || seen[index] === '?' || seen[index - 1] === '?') continue
            kept.push(around(scene, base, driver, node, boundary(sides, values[index - 1] ?? 0, values[index] ?? 0)))
          }
        }
        kept.sort((a, b) => Number(b.decides) - Number(a.decides))
        found.push(...kept.slice(0, KEPT))
      }
  return { found, joinsMany: asked > 0 && unknown > asked / 2 }
}

/** Just below, just above, exactly at and far from a boundary. */
function around(scene: Scene, base: World, driver: Driver, node: Expr & { kind: 'binary' }, [a, b]: [number, number]): Deciding {
  const middle = Math.abs(a) < 1e-9 && Math.abs(b) < 1e-9 ? 0 : (a + b) / 2
  // A slope of a level is small beside it, or the level is another one a moment later.
  const isSlope = driver.of === 'perS' && !isCounted(scene, driver)
  const unit = isSlope ? 1e-5 * Math.max(1, ...driver.indices.map((index) => Math.abs(base[index]?.level ?? 0))) : 0.5
  const apart = middle === 0 ? unit : Math.abs(middle) * (isSlope ? 0.04 : 0.01)
  const at = (value: number): World => driven(scene, base, driver, value)
  const worlds = [at(middle - apart), at(middle + apart)]
  const keys = worlds.map((world) => keysOf(ask(scene, scene.expr, world)))
  const sides = worlds.map((world) => sidesOf(scene, node, world))
  const exactly = driver.of === 'share' ? [] : [2, 3, 4, 5, 6, 7].map((digits) => Number(middle.toPrecision(digits)))
  const met = exactly.map(at).find((world) => !sides.includes(sidesOf(scene, node, world)))
  const tiny = middle === 0 && driver.of !== 'share' ? [at(unit / 4000)] : []
  const far = driver.of === 'level' ? [at(middle - 20 * apart - 1), at(middle + 20 * apart + 1)] : []
  return {
    worlds: [...worlds, ...(met === undefined ? [] : [met]), ...tiny, ...far, ...withLoud(scene, worlds, keys)],
    decides: !keys.includes('?') && new Set([...keys, ...(met === undefined ? [] : [keysOf(ask(scene, scene.expr, met))])]).size > 1,
    metAt: met === undefined || isRounded(node) || !isStrictHere(scene, node, met) ? undefined : node.span.from,
  }
}

const isCounted = ({ series, readings }: Scene, { indices }: Driver): boolean =>
  readings.get(series[indices[0] ?? 0]?.metric ?? '')?.isCounter === true

/** The quieter of two worlds, with what matchers leave out as loud as the other one: it shows when a matcher is lost. And the reverse. */
function withLoud({ series }: Scene, [one = [], other = []]: World[], keys: string[]): World[] {
  const take = (base: World, from: World): World =>
    base.map((motion, index) => {
      if (series[index]?.row !== -1) return motion
      const le = series[index]?.labels['le']
      const first = series.findIndex((each) => each.metric === series[index]?.metric && each.row === 0 && each.labels['le'] === le)
      return from[first] ?? motion
    })
  const [quiet, loud] = (keys[0] ?? '').length < (keys[1] ?? '').length ? [one, other] : [other, one]
  return [take(quiet, loud), take(loud, quiet)]
}

const STRICT = { '>': '>=', '>=': '>', '<': '<=', '<=': '<' } as const

/** Whether the alert is another one in a world where the threshold itself belongs to the other side. */
function isStrictHere(scene: Scene, node: Expr & { kind: 'binary' }, world: World): boolean {
  const op = STRICT[node.op as keyof typeof STRICT]
  if (op === undefined) return false
  const keys = [scene.expr, replaced(scene.expr, node, { ...node, op })].map((expr) => keysOf(ask(scene, expr, world)))
  return keys[0] !== keys[1] && !keys.includes('?')
}

function replaced(expr: Expr, from: Expr, to: Expr): Expr {
  if (expr === from) return to
  switch (expr.kind) {
    case 'binary':
      return { ...expr, lhs: replaced(expr.lhs, from, to), rhs: replaced(expr.rhs, from, to) }
    case 'call':
      return { ...expr, args: expr.args.map((each) => replaced(each, from, to)) }
    case 'aggregate':
    case 'negate':
    case 'subquery':
      return { ...expr, expr: replaced(expr.expr, from, to) }
    default:
      return expr
  }
}

/**
 * Whether what is compared is rounded: a sum of rates in another way in each run, a regression in another way than here. A threshold that
 * is met exactly says nothing then.
 */
function isRounded(expr: Expr): boolean {
  return walk(expr).some(
    (node) =>
      ((node.kind === 'selector' || node.kind === 'subquery') && node.offsetMs !== 0) ||
      (node.kind === 'call' && /^(?:predict_linear|deriv|std\w+_over_time)$/.test(node.fn)) ||
      (node.kind === 'aggregate' && /^(?:sum|avg|std)/.test(node.op) && walk(node.expr).some((each) => each.kind === 'call')),
  )
}

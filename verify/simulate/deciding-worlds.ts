import { selectors, walk, type Expr } from '../promql/ast.ts'
import { labelKey } from '../promql/labels.ts'
import { isComparator } from '../promql/operators.ts'
import { driven, driversOf, valuesToTry, type Driver } from './drivers.ts'
import { randomWorld } from './further-worlds.ts'
import { ask, keysOf, numbersOf, UNKNOWN, type Scene, type World } from './scene.ts'

/** Worlds that differ by little, and of which one comparison of the condition is true in one alone. */
export interface Deciding {
  /** The first two are on either side of the threshold, the third exactly at it if that is possible; then others about it. */
  worlds: World[]
  /** When that was so: see Scene. */
  nowS: number
  /** Whether the alert itself is another one in them, and not the comparison alone. */
  decides: boolean
  /** Where the comparison begins whose threshold is met exactly in one of them; undefined: in none. */
  metAt: number | undefined
}

type Comparison = Expr & { kind: 'binary' }

/** So many random worlds are tried for a comparison and a driver, and so many pairs of it kept. */
const TRIES = 14
const KEPT = 2
/** Between two values that are tried so many boundaries are looked for. */
const PARTS = 4

/**
 * For each comparison of the condition, and each selector that it depends on, worlds on both sides of its threshold and on it. `instants`:
 * when to look, one after the other. `joinsMany`: in most of the worlds a join has several series on both sides.
 */
export function decidingWorlds(scene: Scene, instants: readonly number[] = [scene.nowS]): { found: Deciding[]; joinsMany: boolean } {
  const numbers = numbersOf(scene.expr)
  const comparisons = walk(scene.expr).filter((node): node is Comparison => node.kind === 'binary' && isComparator(node.op))
  const found: Deciding[] = []
  let [asked, unknown] = [0, 0]
  for (const node of comparisons)
    for (const selector of selectors(node))
      for (const driver of driversOf(scene, node, selector)) {
        const kept: Deciding[] = []
        const values = valuesToTry(scene, driver, numbers)
        for (let turn = 0; turn < TRIES && kept.filter(({ decides }) => decides).length < KEPT; turn++) {
          const then = { ...scene, nowS: instants[turn % instants.length] ?? scene.nowS }
          const base = randomWorld(scene, numbers)
          const sides = (value: number): string => sidesOf(then, node, driven(then, base, driver, value))
          const seen = values.map(sides)
          asked++
          if (seen.every((each) => each === UNKNOWN)) unknown++
          let last = Number.NaN
          for (let index = 1; index < values.length; index++) {
            if (seen[index] === seen[index - 1] || seen[index] === UNKNOWN || seen[index - 1] === UNKNOWN) continue
            // Whole numbers have a threshold of two sides: from below to it, and from it to above.
            const high = values[index] ?? 0
            let low = values[index - 1] ?? 0
            for (let part = 0; part < PARTS && sides(low) !== seen[index]; part++) {
              const [a, b] = boundary(sides, low, high)
              // A threshold that is tried itself has a boundary on each side of it.
              const isAnother = driver.of === 'howMany' || !(Math.abs(b - last) <= 1e-6 * Math.abs(b))
              if (isAnother) kept.push(around(then, base, driver, node, [a, b]))
              low = last = b
            }
          }
        }
        kept.sort((a, b) => Number(b.decides) - Number(a.decides))
        found.push(...kept.slice(0, KEPT))
      }
  return { found, joinsMany: asked > 0 && unknown > asked / 2 }
}

/** On which side of its threshold each row of a comparison is: -1, 0 (exactly at it) or 1. */
function sidesOf(scene: Scene, node: Comparison, world: World): string {
  const { bool: _, ...rest } = node
  const result = ask(scene, { ...rest, op: '-', bool: false }, world)
  if (result === undefined) return UNKNOWN
  const rows = result.kind === 'scalar' ? [{ labels: {}, value: result.value }] : result.rows
  return rows
    .map(({ labels, value }) => `${labelKey(labels)} ${Math.sign(value)}`)
    .sort()
    .join('\n')
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

/** Just below, just above, exactly at and far from a boundary. */
function around(scene: Scene, base: World, driver: Driver, node: Comparison, [a, b]: [number, number]): Deciding {
  const at = (value: number): World => driven(scene, base, driver, value)
  const isCount = driver.of === 'howMany'
  const middle = Math.abs(a) < 1e-9 && Math.abs(b) < 1e-9 ? 0 : isCount ? Math.round(b) : (a + b) / 2
  const apart = isCount ? 1 : distance(scene, base, driver, middle)
  const worlds = isCount ? [at(middle - 1), at(middle)] : [at(middle - apart), at(middle + apart)]
  const keys = worlds.map((world) => keysOf(ask(scene, scene.expr, world)))
  const exactly = isCount ? worlds : driver.of === 'share' ? [] : [2, 3, 4, 5, 6, 7].map((digits) => at(Number(middle.toPrecision(digits))))
  const met = exactly.find((world) => / 0$/m.test(sidesOf(scene, node, world)))
  const near = driver.of === 'share' || isCount ? [] : [at(middle - apart / 16), at(middle + apart / 16)]
  const tiny = middle === 0 && driver.of !== 'share' && !isCount ? [at(apart / 4000)] : []
  const far = driver.of === 'level' ? [at(middle - 20 * apart - 1), at(middle + 20 * apart + 1)] : []
  return {
    worlds: [
      ...worlds,
      ...(met === undefined || worlds.includes(met) ? [] : [met]),
      ...tiny,
      ...far,
      ...withLoud(scene, worlds, keys),
      ...near,
    ],
    nowS: scene.nowS,
    decides: !keys.includes(UNKNOWN) && new Set([...keys, ...(met === undefined ? [] : [keysOf(ask(scene, scene.expr, met))])]).size > 1,
    metAt: met === undefined || isRounded(node) || !isStrictHere(scene, node, met) ? undefined : node.span.from,
  }
}

/** How far the driven value goes to each side of a boundary. */
function distance({ series, readings }: Scene, base: World, { of, indices }: Driver, middle: number): number {
  const isCounter = readings.get(series[indices[0] ?? 0]?.metric ?? '')?.isCounter === true
  // A slope of a level is small beside it, or the level is another one a moment later.
  const isSlope = of === 'perS' && !isCounter
  if (middle !== 0) return Math.abs(middle) * (isSlope ? 0.04 : 0.01)
  return isSlope ? 1e-5 * Math.max(1, ...indices.map((index) => Math.abs(base[index]?.level ?? 0))) : 0.5
}

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
function isStrictHere(scene: Scene, node: Comparison, world: World): boolean {
  const op = STRICT[node.op as keyof typeof STRICT]
  if (op === undefined) return false
  const keys = [scene.expr, replaced(scene.expr, node, { ...node, op })].map((expr) => keysOf(ask(scene, expr, world)))
  return keys[0] !== keys[1] && !keys.includes(UNKNOWN)
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

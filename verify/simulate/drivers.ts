import { walk, type Expr, type Selector } from '../promql/ast.ts'
import { constantOf } from '../promql/constant.ts'
import { selects } from '../promql/evaluate.ts'
import { labelKey, withoutLabels } from '../promql/labels.ts'
import { isComparator } from '../promql/operators.ts'
import { isCounting } from './counted-rows.ts'
import { boundOf, QUICK_BOUND } from './histogram-buckets.ts'
import { round, STILL, type Motion, type Reading, type Scene, type World } from './scene.ts'

/**
 * What moves in a search for a threshold, by one number: some series of a selector by one of their motions, the share of slow requests in a
 * histogram (0 to 1), or how many of its rows do what is counted.
 */
export type Driver =
  | { of: 'level' | 'perS' | 'changesPerS' | 'ageS' | 'share'; indices: number[] }
  | { of: 'howMany'; indices: number[]; counted: Motion | null; others: Motion | null }

/** How the series of a selector can take a comparison over its threshold. */
export function driversOf(scene: Scene, comparison: Expr, selector: Selector): Driver[] {
  const { series, readings } = scene
  const all = series.flatMap((each, index) => (selects(selector, each) ? [index] : []))
  const [first] = all.filter((index) => (series[index]?.row ?? -1) >= 0)
  const reading = readings.get(series[first ?? -1]?.metric ?? '')
  if (first === undefined || reading === undefined) return []
  const apart = (index: number): string => labelKey(withoutLabels(series[index]?.labels ?? {}, ['le']))
  const isBucketed = series[first]?.labels['le'] !== undefined && all.length > 1
  const one = isBucketed ? all.filter((index) => apart(index) === apart(first)) : [first]
  const ways: ('level' | 'perS' | 'changesPerS' | 'ageS' | 'share')[] = isBucketed
    ? ['share']
    : [
        ...(reading.isCounter ? [] : (['level'] as const)),
        ...(reading.moves || reading.isCounter ? (['perS'] as const) : []),
        ...(reading.isChanging ? (['changesPerS'] as const) : []),
        ...(reading.isAged ? (['ageS'] as const) : []),
      ]
  const peers = all.filter((index) => index === first || series[index]?.isPeer === true)
  return [
    ...ways.flatMap((of) => [{ of, indices: one }, ...(all.length > one.length ? [{ of, indices: all }] : [])]),
    ...(peers.length < 2 ? [] : countedOf(comparison, selector, reading)).map((pair) => ({
      of: 'howMany' as const,
      indices: peers,
      ...pair,
    })),
  ]
}

/** What rows may do of which a comparison counts some: on both sides of each number that they are held against first. */
function countedOf(comparison: Expr, selector: Selector, reading: Reading): { counted: Motion | null; others: Motion | null }[] {
  const counting = walk(comparison).filter((node) => isCounting(node) && walk(node).includes(selector))
  if (counting.length === 0) return []
  const limits = counting
    .flatMap(walk)
    .flatMap((node) => (node.kind === 'binary' && isComparator(node.op) ? (constantOf(node.rhs) ?? constantOf(node.lhs) ?? []) : []))
  const at = (value: number): Motion =>
    reading.isCounter
      ? { ...STILL, perS: round(Math.max(0, value)) }
      : reading.isAged
        ? { ...STILL, ageS: Math.max(0, value) }
        : { ...STILL, level: round(reading.isClocked ? -value : value) }
  const pairs = [...new Set(limits)].slice(0, 2).flatMap((limit) => {
    const [below, above] = [at(limit - Math.max(1, Math.abs(limit) / 10)), at(limit + Math.max(1, Math.abs(limit) / 10))]
    return [
      { counted: at(limit), others: above },
      { counted: above, others: at(limit) },
      { counted: below, others: at(limit) },
    ]
  })
  return [...pairs, { counted: STILL, others: null }]
}

/** The world with the driven series at a value. */
export function driven({ series }: Scene, base: World, driver: Driver, value: number): World {
  const world = [...base]
  const bounds = driver.of === 'share' ? driver.indices.map((index) => boundOf(series[index]?.labels['le'])).sort((a, b) => a - b) : []
  for (const [place, index] of driver.indices.entries()) {
    const motion = world[index] ?? STILL
    if (driver.of === 'howMany') {
      if (place < Math.floor(value)) world[index] = driver.counted
      // One that is absent is not counted among the others either.
      else if (world[index] !== null) world[index] = driver.others
    } else if (driver.of === 'share') {
      const bound = bounds.indexOf(boundOf(series[index]?.labels['le']))
      world[index] = { ...motion, perS: bound < QUICK_BOUND ? 0 : bound === QUICK_BOUND ? round(10 * (1 - value)) : 10 }
    } else if (driver.of === 'level') world[index] = { ...motion, level: value }
    else if (driver.of === 'ageS') world[index] = { ...motion, ageS: Math.max(0, value) }
    else world[index] = { ...motion, [driver.of]: round(value) }
  }
  return world
}

const TENS = [-6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 9, 12].map((power) => 10 ** power)

/** Where a threshold may be, from the numbers of a condition; in order. */
export function valuesToTry(scene: Scene, { of, indices }: Driver, numbers: readonly number[]): number[] {
  if (of === 'share') return Array.from({ length: 21 }, (_, index) => index / 20)
  if (of === 'howMany') return Array.from({ length: indices.length + 1 }, (_, index) => index)
  const near = [...new Set(numbers.map(Math.abs))].slice(0, 8).flatMap((each) => [each * 0.5, each * 0.9, each, each * 1.1, each * 2])
  const positive = [...new Set([...TENS, ...near, ...near.map((each) => each / 60)])].filter((each) => each > 0)
  const isSigned = of === 'level' || (of === 'perS' && ![...scene.readings.values()].every(({ isCounter }) => isCounter))
  return [...(isSigned ? positive.map((each) => -each) : []), 0, ...positive].sort((a, b) => a - b)
}

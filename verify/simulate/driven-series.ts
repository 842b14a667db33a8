import { selectors, type Expr } from '../promql/ast.ts'
import { selects } from '../promql/evaluate.ts'
import type { InputSeries, Sample } from './input.ts'
import type { Deciding, Motion, Scene, World } from './deciding-worlds.ts'
import { jumps, numbersOf, randomWorld } from './deciding-worlds.ts'

/** Series over segments of steady motion. */
export interface DrivenSeries {
  series: InputSeries[]
  /** Evaluations in all. */
  steps: number
}

/** Evaluations of all segments together: promtool takes a second or two for them. */
const MOST_STEPS = 2_500
const FEWEST_SEGMENTS = 6

/**
 * The worlds of a scene one after the other, each for `length` evaluations: a window fills, `for` passes and ends. First what decides, once
 * for every comparison before the second time for any; between them worlds in which series are absent.
 */
export function drivenSeries(scene: Scene, found: readonly Deciding[], expr: Expr, length: number): DrivenSeries {
  const most = Math.max(FEWEST_SEGMENTS, Math.floor(MOST_STEPS / length))
  const byRank = [...found].sort((a, b) => Number(b.decides) - Number(a.decides))
  const gone = selectors(expr).flatMap((selector) => {
    const base = byRank[0]?.worlds[1] ?? byRank[0]?.worlds[0] ?? randomWorld(scene, numbersOf(expr))
    const taken = scene.series.map((each) => selects(selector, each))
    // Levels that are no 1: a count is not a sum.
    const present = base.map((motion, index) => ({
      ...(motion ?? STILL),
      ...(byRank.length === 0 ? { level: [3, 0.5, 7][index % 3] ?? 2 } : {}),
    }))
    return [present, present.map((motion, index) => (taken[index] === true ? null : motion)), onlyFirst(present, taken, scene)]
  })
  const pairs = byRank.flatMap(({ worlds }) => {
    const [below, above, exact, ...far] = worlds
    return [below, above, ...(exact === undefined ? [] : [exact]), below, ...far].filter((each) => each !== undefined)
  })
  const random = Array.from({ length: 12 }, () => randomWorld(scene, numbersOf(expr)))
  const further = [...jumps(scene), ...gone]
  const whole = [
    ...pairs.slice(0, Math.max(4, most - further.length)),
    ...further,
    ...random,
    ...pairs.slice(Math.max(4, most - further.length)),
  ]
  const worlds = whole.slice(0, most)
  return { series: materialised(scene, worlds, length), steps: worlds.length * length }
}

const STILL: Motion = { level: 1, perS: 1, changesPerS: 0 }

/** Only the first row of a selector is there. */
function onlyFirst(world: World, taken: boolean[], { series }: Scene): World {
  return world.map((motion, index) => (taken[index] === true && (series[index]?.row ?? 0) > 0 ? null : motion))
}

function materialised({ series, readings, stepS }: Scene, worlds: World[], length: number): InputSeries[] {
  return series.map(({ metric, labels }, index) => {
    const reading = readings.get(metric)
    const values: Sample[] = []
    let counted = 2 ** 24
    for (const [segment, world] of worlds.entries()) {
      const motion = world[index]
      for (let step = 0; step < length; step++) {
        if (motion === null || motion === undefined) {
          values.push(typeof values.at(-1) === 'number' ? 'stale' : null)
          continue
        }
        const flips = Math.floor(((segment * length + step) * stepS * motion.changesPerS) % 2)
        if (reading?.isCounter === true) {
          counted += motion.perS * stepS
          if (motion.changesPerS > 0 && flips === 1) counted = 2 ** 20
          values.push(counted)
        } else if (reading?.isClocked === true) values.push(motion.level + (segment * length + step) * stepS)
        // At the end of the segment it has its level.
        else values.push(motion.level - (length - 1 - step) * stepS * motion.perS + flips)
      }
    }
    return { metric, labels, values }
  })
}

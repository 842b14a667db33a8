import { walk, type Expr } from '../promql/ast.ts'
import { LOOKBACK_S } from '../promql/evaluate.ts'
import type { Clock } from './clock-times.ts'
import type { InputSeries, Sample } from './input.ts'
import { windowMs } from './near-twins.ts'
import { isNamed, type Motion, type Scene, type World } from './scene.ts'
import type { Moment } from './telling-worlds.ts'

/** Series over worlds that follow each other, and what of the worlds there was no time for. */
export interface DrivenSeries {
  series: InputSeries[]
  /** Evaluations in all. */
  steps: number
  left: Moment[]
}

/** Evaluations of all worlds together: promtool takes a second or two for them. */
const MOST_STEPS = 2_500
/** Also where windows are long, so many worlds follow each other. */
const FEWEST_WORLDS = 12
const MOST_STEPS_OF_LONG_WINDOWS = 9_000
/** Of what a clock shows: a week at 30 seconds. */
const MOST_CLOCK_STEPS = 20_500
/** Evaluations of a world beside those that it needs. */
const SPARE_STEPS = 4
/** Samples are missing for at most so many windows. */
const LONGEST_AGE = 2

interface Stretch {
  world: World
  steps: number
}

/**
 * The moments one after the other, each for as long as the windows of what changes take to fill, and `holdMs` more. Where the condition
 * reads a clock, each is shown at a time of which the clock says the same, and before them `steady` from the begin to the end of its span.
 */
export function drivenSeries(scene: Scene, moments: readonly Moment[], holdMs: number, clock?: Clock, steady?: World): DrivenSeries {
  const { stepS, series } = scene
  const stretches: Stretch[] = []
  let [steps, shown] = [0, 0]
  const add = (world: World, length: number): void => {
    stretches.push({ world, steps: length })
    steps += length
  }
  if (clock !== undefined && steady !== undefined) add(steady, Math.min(Math.ceil(clock.spanS / stepS) + 1, MOST_CLOCK_STEPS))
  // Waiting for the time that a world is to be shown at takes evaluations as well.
  const most = clock === undefined ? MOST_STEPS : steps + 2 * MOST_STEPS
  const windows = windowsOf(scene)
  const nothing: World = series.map(() => null)
  for (const { world, nowS } of moments) {
    const changed = changedMetrics(scene, stretches.at(-1)?.world, world)
    const ageS = Math.max(0, ...world.map((motion) => motion?.ageS ?? 0))
    const windowS = Math.max(0, ...changed.map((metric) => windows.get(metric) ?? 0))
    const length = Math.ceil((windowS + Math.min(ageS, LONGEST_AGE * windowS) + holdMs / 1000) / stepS) + SPARE_STEPS
    const wait = clock === undefined ? 0 : untilAlike(clock, nowS, steps, length, stepS)
    if (wait === undefined) {
      shown++
      continue
    }
    const limit = shown < FEWEST_WORLDS ? Math.max(most, MOST_STEPS_OF_LONG_WINDOWS) : most
    if (steps + wait + length > limit) break
    if (wait > 0) add(nothing, wait)
    add(world, length)
    shown++
  }
  return { series: materialised(scene, stretches, holdMs / 1000), steps, left: moments.slice(shown) }
}

/** How many evaluations from now on the clock says for `length` evaluations what it says at `nowS`; undefined: never. */
function untilAlike({ spanS, signatureAt }: Clock, nowS: number, from: number, length: number, stepS: number): number | undefined {
  const wanted = signatureAt(nowS)
  let since = from
  for (let step = from; (step - from) * stepS <= spanS + length * stepS; step++) {
    if (signatureAt(step * stepS) !== wanted) since = step + 1
    else if (step - since + 1 >= length) return since - from
  }
  return undefined
}

/** How long it takes until a metric's samples of before are forgotten, seconds. */
function windowsOf({ expr, series, readings }: Scene): Map<string, number> {
  return new Map(
    [...new Set(series.map(({ metric }) => metric))].map((metric) => {
      const ms = windowMs(expr, (selector) => isNamed(selector, metric))
      return [metric, ms / 1000 + (readings.get(metric)?.isAged === true ? LOOKBACK_S : 0)]
    }),
  )
}

function changedMetrics({ series }: Scene, before: World | undefined, after: World): string[] {
  const isSame = (a: Motion | null | undefined, b: Motion | null | undefined): boolean =>
    a === b || (a !== null && b !== null && a !== undefined && b !== undefined && JSON.stringify(a) === JSON.stringify(b))
  return [...new Set(series.flatMap(({ metric }, index) => (before !== undefined && isSame(before[index], after[index]) ? [] : [metric])))]
}

function materialised({ series, readings, stepS }: Scene, stretches: readonly Stretch[], holdS: number): InputSeries[] {
  return series.map(({ metric, labels }, index) => {
    const reading = readings.get(metric)
    const values: Sample[] = []
    let [counted, start, isThere] = [2 ** 24, 0, false]
    for (const { world, steps } of stretches) {
      const motion = world[index]
      for (let step = 0; step < steps; step++) {
        if (motion === null || motion === undefined) {
          values.push(isThere ? 'stale' : null)
          isThere = false
          continue
        }
        isThere = true
        const now = (start + step) * stepS
        const flips = Math.floor((now * motion.changesPerS) % 2)
        if (reading?.isCounter === true) {
          counted += motion.perS * stepS
          if (motion.changesPerS > 0 && flips === 1) counted = 2 ** 20
        }
        // The last samples are missing: they were not scraped. An age grows while `for` passes.
        if (motion.ageS > 0 && (steps - 1 - step) * stepS < motion.ageS + holdS) values.push(null)
        else if (reading?.isCounter === true) values.push(counted)
        else if (reading?.isClocked === true) values.push(motion.level + now)
        // At the end of the stretch it has its level.
        else values.push(motion.level - (steps - 1 - step) * stepS * motion.perS + flips)
      }
      start += steps
    }
    return { metric, labels, values }
  })
}

/** Whether samples are looked up at other instants than those of evaluations. */
export function looksBetween(expr: Expr): boolean {
  return walk(expr).some((node) => node.kind === 'subquery' || (node.kind === 'selector' && node.at !== undefined))
}

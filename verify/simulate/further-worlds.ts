import { selectors } from '../promql/ast.ts'
import { selects } from '../promql/evaluate.ts'
import { numbersOf, round, STILL, type Motion, type Scene, type World } from './scene.ts'

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
    const own: Motion = { ...STILL, level: round((reading?.isClocked === true ? -1 : 1) * (pick(levels) ?? 0)), perS: 0 }
    if (reading?.isCounter === true) own.perS = round(Math.abs(pick(levels) ?? 1) / 10)
    else if (reading?.moves === true) own.perS = round((Math.abs(own.level) / 86_400) * (pick([0, 0, 0.5, 1, 2, -0.5, -1, -2]) ?? 0))
    const motion = isAlike ? (byMetric.get(metric) ?? own) : own
    byMetric.set(metric, motion)
    return metric === goneMetric || random() < 0.08 ? null : motion
  })
}

/** Worlds that follow each other by jumps about the numbers of the condition, where what was is compared with what is. */
export function jumps({ series, readings, expr }: Scene): World[] {
  const found = selectors(expr)
  const isCompared = found.some(
    (one) => one.offsetMs !== 0 || found.some((other) => other.metric === one.metric && (other.rangeMs ?? 0) !== (one.rangeMs ?? 0)),
  )
  const from = 1000
  const at = (level: number): World =>
    series.map(({ metric, row }) => ({
      ...STILL,
      level: row > 0 ? from : level,
      perS: readings.get(metric)?.isCounter === true ? round((row > 0 ? from : level) / 100) : 0,
    }))
  const steps = numbersOf(expr).flatMap((value) => [from * value, from + value, from - value, from * (1 + value), from * (1 - value)])
  return isCompared ? steps.flatMap((level) => [at(from), at(level * 0.97), at(from), at(level * 1.03)]) : []
}

/** For each selector: all series there, none of its own, only its first row. `base`: what those that are there do; undefined: apart. */
export function absences(scene: Scene, base: World | undefined): World[] {
  return selectors(scene.expr).flatMap((selector) => {
    // Levels that are no 1: a count is not a sum.
    const present = (base ?? scene.series.map(() => null)).map((motion, index) => ({
      ...(motion ?? { ...STILL, perS: 1 }),
      ...(base === undefined ? { level: [3, 0.5, 7][index % 3] ?? 2 } : {}),
    }))
    const taken = scene.series.map((each) => selects(selector, each))
    return [
      present,
      present.map((motion, index) => (taken[index] === true ? null : motion)),
      present.map((motion, index) => (taken[index] === true && (scene.series[index]?.row ?? 0) > 0 ? null : motion)),
    ]
  })
}

import { parsePromql } from '../promql/parse-promql.ts'
import type { Clock } from './clock-times.ts'
import type { Deciding } from './deciding-worlds.ts'
import { absences, jumps, randomWorld } from './further-worlds.ts'
import type { NearTwin } from './near-twins.ts'
import { ask, keysOf, numbersOf, type Scene, type World } from './scene.ts'
import { tellingMoments, type Moment } from './telling-worlds.ts'

const RANDOM_WORLDS = 60
/** Worlds about thresholds that come before those in which series are absent. */
const PAIRS_FIRST = 40

/** Worlds in the order in which they say most: those that tell twins apart, then those about each threshold, then further ones. */
export function momentsOf(scene: Scene, clock: Clock | undefined, found: readonly Deciding[], twins: readonly NearTwin[]): Moment[] {
  const numbers = numbersOf(scene.expr)
  const instants = clock?.instants ?? [scene.nowS]
  const byRank = [...found].sort((a, b) => Number(b.decides) - Number(a.decides))
  const at =
    (nowS: number) =>
    (world: World): Moment => ({ world, nowS })
  const pairs = byRank.flatMap(({ worlds, nowS }) => {
    const [below, above, ...rest] = worlds
    return [below, above, ...rest.slice(0, 1), below, ...rest.slice(1)].filter((each) => each !== undefined).map(at(nowS))
  })
  const [first] = byRank
  const random = Array.from({ length: RANDOM_WORLDS }, (_, index) =>
    at(instants[index % instants.length] ?? 0)(randomWorld(scene, numbers)),
  )
  const further = [
    ...jumps(scene).map(at(first?.nowS ?? scene.nowS)),
    ...absences(scene, first?.worlds[1] ?? first?.worlds[0]).map(at(first?.nowS ?? scene.nowS)),
  ]
  const exprs = twins.flatMap(({ expr }) => {
    const parsed = parsePromql(expr)
    return parsed.ok ? [parsed.expr] : []
  })
  const telling = tellingMoments(scene, exprs, found, [...further, ...random])
  return [...telling, ...pairs.slice(0, PAIRS_FIRST), ...further, ...random.slice(0, 12), ...pairs.slice(PAIRS_FIRST), ...random.slice(12)]
}

/** A world in which the alert fires at the time at which it was found. */
export function steadilyFiring(scene: Scene, found: readonly Deciding[]): World | undefined {
  for (const { worlds, nowS, decides } of found)
    if (decides) for (const world of worlds) if (keysOf(ask({ ...scene, nowS }, scene.expr, world)) !== '') return world
  return undefined
}

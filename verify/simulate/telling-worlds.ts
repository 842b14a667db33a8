import type { Expr } from '../promql/ast.ts'
import type { Deciding } from './deciding-worlds.ts'
import { ask, keysOf, UNKNOWN, type Scene, type World } from './scene.ts'

/** A world, and when it is to be shown: see Scene. */
export interface Moment {
  world: World
  nowS: number
}

/** So many moments are looked at; each asks every twin. */
const MOST = 240
/** Each twin is another one so often, as far as it can be: a test of one evaluation may be rounded. */
const OFTEN = 2

/**
 * Few moments in which the condition and each of its twins are not the same, by calculation: those that tell the most come first, each
 * between the two worlds that it was found beside. With long windows there is time for a dozen worlds alone.
 */
export function tellingMoments(scene: Scene, twins: readonly Expr[], found: readonly Deciding[], others: readonly Moment[]): Moment[] {
  const candidates = [
    ...[...found]
      .sort((a, b) => Number(b.decides) - Number(a.decides))
      .flatMap(({ worlds, nowS }) => worlds.map((world) => ({ world, nowS, beside: worlds.slice(0, 2) }))),
    ...others.map((each) => ({ ...each, beside: [] })),
  ].slice(0, MOST)
  const asked = candidates.map((candidate) => {
    const then = { ...scene, nowS: candidate.nowS }
    const own = keysOf(ask(then, scene.expr, candidate.world))
    const shows = new Set<number>()
    if (own !== UNKNOWN)
      for (const [index, twin] of twins.entries()) {
        const other = keysOf(ask(then, twin, candidate.world))
        if (other !== own && other !== UNKNOWN) shows.add(index)
      }
    return { ...candidate, shows }
  })
  const times = twins.map(() => 0)
  const gain = ({ shows }: { shows: ReadonlySet<number> }): number => [...shows].filter((index) => (times[index] ?? 0) < OFTEN).length
  const shown: Moment[] = []
  for (;;) {
    const [best] = asked.map((each) => ({ each, gained: gain(each) })).sort((a, b) => b.gained - a.gained)
    if (best === undefined || best.gained === 0) return shown
    const { world, nowS, beside, shows } = best.each
    for (const index of shows) times[index] = (times[index] ?? 0) + 1
    shows.clear()
    const [one, other] = beside.filter((each) => each !== world)
    shown.push(...[one, world, other].filter((each) => each !== undefined).map((each) => ({ world: each, nowS })))
  }
}

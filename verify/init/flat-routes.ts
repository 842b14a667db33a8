import type { LoadedRoute, Matcher } from '../model/route.ts'

/** One route of a list: taken by what all its matchers take and no earlier route has kept for itself. */
export interface FlatRoute {
  matchers: Matcher[]
  continues: boolean
  /** The route of the tree that it stands for. */
  of: LoadedRoute
}

/** More are no list that a person reads. */
const MOST_ROUTES = 1_000

/**
 * A route tree as the list that a specification has: routes in order, the last one the default. Undefined where the list would have more
 * than 1,000 routes. Exact: what a tree keeps apart by its form (a route below one that goes on, a parent that is not reached) is
 * kept apart by negated matchers.
 */
export function flatRoutes(root: LoadedRoute): FlatRoute[] | undefined {
  const list: FlatRoute[] = []
  let fits = true

  /**
   * `reached`: alternatives that exclude each other; `goesOn`: routes beside a parent are looked at as well. Whether one of the routes that
   * it adds goes on: then order alone does not keep from later ones what it took.
   */
  function add(node: LoadedRoute, reached: readonly Matcher[][], goesOn: boolean): boolean {
    const continues = goesOn || (node.continues && node !== root)
    let [leaks, open] = [false, reached.map((matchers) => [...matchers, ...node.matchers])]
    let own = open
    for (const child of node.routes) {
      const leaking = add(child, open, continues)
      leaks ||= leaking
      if (leaking && !child.continues) open = without(open, child.matchers)
      if (leaking) own = without(own, child.matchers)
      fits &&= list.length + open.length + own.length <= MOST_ROUTES
      if (!fits) return leaks
    }
    // The default is taken only by what no other took.
    if (node === root) list.push({ matchers: [], continues: false, of: root })
    else list.push(...own.map((matchers) => ({ matchers: distinctMatchers(matchers), continues, of: node })))
    return leaks || continues
  }

  add(root, [[]], false)
  return fits ? list : undefined
}

const OPPOSITE: Record<Matcher['op'], Matcher['op']> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' }

/** What these take and not all of `matchers` does, as alternatives that exclude each other. */
function without(all: readonly Matcher[][], matchers: readonly Matcher[]): Matcher[][] {
  return all.flatMap((each) =>
    matchers.map((matcher, index) => [...each, ...matchers.slice(0, index), { ...matcher, op: OPPOSITE[matcher.op] }]),
  )
}

function distinctMatchers(matchers: readonly Matcher[]): Matcher[] {
  return [...new Map(matchers.map((matcher) => [`${matcher.label}\0${matcher.op}\0${matcher.value}`, matcher])).values()]
}

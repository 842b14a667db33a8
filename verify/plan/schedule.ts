/** One experiment as the scheduler sees it. */
export interface Task {
  id: string
  durationMs: number
}

/** Two tasks that must not overlap freely: whoever comes first, the other begins at least so much later. */
export interface Conflict {
  a: string
  b: string
  /** b starts this much after a's start, when a is first. */
  aThenBMs: number
  bThenAMs: number
}

export interface Schedule {
  startMs: Record<string, number>
  makespanMs: number
  lowerBoundMs: number
  /** No shorter schedule exists. */
  optimal: boolean
  /** Ids of the longest chain, in order. */
  criticalPath: string[]
}

/** Above this many tasks the search is greedy with a bounded number of nodes, and the clique bound is found greedily too. */
const EXACT_UP_TO = 12
const NODE_BUDGET = 100_000

/**
 * Shortest schedule of tasks with disjunctive separations: branch and bound over the orders in which tasks are placed, each at its earliest
 * start. Every acyclic orientation of the conflict graph is such an order, so nothing is lost. Deterministic: equal input, equal output.
 */
export function schedule(tasks: readonly Task[], conflicts: readonly Conflict[]): Schedule {
  const n = tasks.length
  if (n === 0) return { startMs: {}, makespanMs: 0, lowerBoundMs: 0, optimal: true, criticalPath: [] }
  const durations = tasks.map(({ durationMs }) => durationMs)
  const index = new Map(tasks.map(({ id }, position) => [id, position]))
  // separation[i][j]: how long after i's start j may start when i is first; -1: they are free.
  const separation = tasks.map(() => new Array<number>(n).fill(-1))
  for (const { a, b, aThenBMs, bThenAMs } of conflicts) {
    const i = index.get(a)
    const j = index.get(b)
    if (i === undefined || j === undefined || i === j) continue
    row(separation, i)[j] = Math.max(at(separation, i, j), aThenBMs)
    row(separation, j)[i] = Math.max(at(separation, j, i), bThenAMs)
  }
  const cliques = cliquesOf(durations, separation)
  const lowerBoundMs = Math.max(...durations, ...cliques.map(({ chainMs, members }) => chainMs.get(members) ?? 0))
  const search = new Search(durations, separation, cliques, lowerBoundMs)
  search.run()
  const starts = search.best
  const startMs = Object.fromEntries(tasks.map(({ id }, position) => [id, starts[position] ?? 0]))
  return {
    startMs,
    makespanMs: search.makespan,
    lowerBoundMs,
    optimal: search.complete,
    criticalPath: chain(tasks, starts, durations, separation),
  }
}

class Search {
  best: number[] = []
  makespan = Number.POSITIVE_INFINITY
  complete = true
  private nodes = 0
  private readonly seen = new Map<string, { lastStart: number; makespan: number }>()
  private readonly durations: number[]
  private readonly separation: number[][]
  private readonly cliques: readonly Clique[]
  private readonly bound: number
  private readonly starts: number[]
  private readonly placed: boolean[]

  constructor(durations: number[], separation: number[][], cliques: readonly Clique[], bound: number) {
    this.durations = durations
    this.separation = separation
    this.cliques = cliques
    this.bound = bound
    this.starts = durations.map(() => 0)
    this.placed = durations.map(() => false)
  }

  run(): void {
    this.greedy()
    if (this.makespan > this.bound) this.descend(0, 0, 0)
  }

  /** Longest first, and by conflicts; the first leaf and often already the optimum. */
  private greedy(): void {
    const weight = (i: number): number => (this.durations[i] ?? 0) + row(this.separation, i).filter((gap) => gap >= 0).length
    const order = this.durations.map((_, i) => i).sort((a, b) => weight(b) - weight(a) || a - b)
    for (const first of order) {
      const rest = [first, ...order.filter((i) => i !== first)]
      for (const i of rest) {
        this.starts[i] = this.earliest(i)
        this.placed[i] = true
      }
      this.keep(Math.max(...rest.map((i) => (this.starts[i] ?? 0) + (this.durations[i] ?? 0))))
      this.placed.fill(false)
    }
  }

  private keep(makespan: number): void {
    if (makespan >= this.makespan) return
    this.makespan = makespan
    this.best = [...this.starts]
  }

  private earliest(j: number): number {
    let start = 0
    for (let i = 0; i < this.placed.length; i += 1) {
      const gap = at(this.separation, i, j)
      if (this.placed[i] === true && gap >= 0) start = Math.max(start, (this.starts[i] ?? 0) + gap)
    }
    return start
  }

  /** The same tasks are left with the same earliest starts, and it was no worse then: the rest was searched already. */
  private met(candidates: readonly { task: number }[], lastStart: number, makespan: number): boolean {
    const key = candidates.map(({ task }) => `${task}:${this.earliest(task)}`).join()
    const before = this.seen.get(key)
    if (before !== undefined && before.lastStart <= lastStart && before.makespan <= makespan) return true
    this.seen.set(key, { lastStart, makespan })
    return false
  }

  /** What the tasks still to be placed take at least: of each clique those left over, one after the other, from the first start on. */
  private remaining(candidates: readonly { task: number; start: number }[]): number {
    let bound = 0
    for (const { members, chainMs } of this.cliques) {
      let head = Number.POSITIVE_INFINITY
      let left = 0
      for (const { task, start } of candidates) {
        if (Math.floor(members / 2 ** task) % 2 === 0) continue
        head = Math.min(head, start)
        left += 2 ** task
      }
      if (left > 0) bound = Math.max(bound, head + (chainMs.get(left) ?? 0))
    }
    return bound
  }

  /** Tasks are placed in order of their starts, so that each schedule is met once. */
  private descend(count: number, lastStart: number, makespan: number): void {
    if (count === this.durations.length) return this.keep(makespan)
    this.nodes += 1
    if (this.nodes > NODE_BUDGET) {
      this.complete = false
      return
    }
    const candidates: { task: number; start: number }[] = []
    for (let task = 0; task < this.durations.length; task += 1) {
      if (this.placed[task] === true) continue
      const start = Math.max(this.earliest(task), lastStart)
      // Whatever comes, this task begins no earlier.
      if (start + (this.durations[task] ?? 0) >= this.makespan) return
      candidates.push({ task, start })
    }
    if (this.remaining(candidates) >= this.makespan) return
    if (this.met(candidates, lastStart, makespan)) return
    candidates.sort((a, b) => a.start - b.start || (this.durations[b.task] ?? 0) - (this.durations[a.task] ?? 0) || a.task - b.task)
    for (const { task, start } of candidates) {
      // Only semi-active schedules: a task that could have begun before the one placed last was met in another order.
      if (this.earliest(task) < lastStart) continue
      this.starts[task] = start
      this.placed[task] = true
      this.descend(count + 1, start, Math.max(makespan, start + (this.durations[task] ?? 0)))
      this.placed[task] = false
      if (this.makespan <= this.bound || !this.complete) return
    }
  }
}

/** Tasks that all exclude one another, as a set of bits. */
interface Clique {
  members: number
  /** By subset: the least time its tasks take one after the other. */
  chainMs: Map<number, number>
}

/**
 * Maximal cliques of the conflict graph. Up to 12 tasks all of them, beyond that greedily grown ones of at most 12: each gives a bound as
 * well.
 */
function cliquesOf(durations: readonly number[], separation: readonly number[][]): Clique[] {
  const n = durations.length
  const conflict = (i: number, j: number): boolean => at(separation, i, j) >= 0
  const found: number[][] = []
  if (n <= EXACT_UP_TO) {
    const grow = (clique: number[], from: number): void => {
      for (let next = from; next < n; next += 1) if (clique.every((each) => conflict(each, next))) grow([...clique, next], next + 1)
      const maximal = durations.every((_, i) => clique.includes(i) || !clique.every((each) => conflict(each, i)))
      if (maximal && clique.length > 1) found.push(clique)
    }
    grow([], 0)
  } else {
    for (let seed = 0; seed < n; seed += 1) {
      const clique = [seed]
      const others = durations
        .map((_, i) => i)
        .filter((i) => i !== seed)
        .sort((a, b) => (durations[b] ?? 0) - (durations[a] ?? 0))
      for (const next of others) if (clique.length < EXACT_UP_TO && clique.every((each) => conflict(each, next))) clique.push(next)
      if (clique.length > 1) found.push(clique)
    }
  }
  return found.map((clique) => ({
    members: clique.reduce((bits, i) => bits + 2 ** i, 0),
    chainMs: shortestChains(clique, durations, separation),
  }))
}

/** Held and Karp, for every subset of a clique: the least (start of the last + its length) over all orders, by neighbours' separations. */
function shortestChains(clique: readonly number[], durations: readonly number[], separation: readonly number[][]): Map<number, number> {
  const size = clique.length
  const all = (1 << size) - 1
  // Start of `last` at the earliest when exactly `set` has begun, `last` being the latest of it.
  const start = Array.from({ length: all + 1 }, () => new Array<number>(size).fill(Number.POSITIVE_INFINITY))
  const chains = new Map<number, number>()
  for (let i = 0; i < size; i += 1) row(start, 1 << i)[i] = 0
  for (let set = 1; set <= all; set += 1) {
    let shortest = Number.POSITIVE_INFINITY
    let bits = 0
    for (let last = 0; last < size; last += 1) {
      const lastTask = clique[last] ?? 0
      if ((set & (1 << last)) !== 0) bits += 2 ** lastTask
      const begun = at(start, set, last)
      if (!Number.isFinite(begun)) continue
      // A long task may end after the one that began last; the bound may leave that out.
      shortest = Math.min(shortest, begun + (durations[lastTask] ?? 0))
      for (let next = 0; next < size; next += 1) {
        const grown = set | (1 << next)
        if (grown === set) continue
        const then = begun + at(separation, lastTask, clique[next] ?? 0)
        if (then < at(start, grown, next)) row(start, grown)[next] = then
      }
    }
    chains.set(bits, shortest)
  }
  return chains
}

/** From the task that ends last back through the tasks that held it up. */
function chain(tasks: readonly Task[], starts: readonly number[], durations: readonly number[], separation: readonly number[][]): string[] {
  const ends = starts.map((start, i) => start + (durations[i] ?? 0))
  let current: number | undefined = ends.indexOf(Math.max(...ends))
  const path: number[] = []
  while (current !== undefined) {
    path.unshift(current)
    const j: number = current
    const start = starts[j] ?? 0
    const before = tasks.findIndex(
      (_, i) => !path.includes(i) && at(separation, i, j) >= 0 && (starts[i] ?? 0) + at(separation, i, j) === start && start > 0,
    )
    current = before === -1 ? undefined : before
  }
  return path.map((i) => tasks[i]?.id ?? '')
}

function row(matrix: readonly number[][], i: number): number[] {
  const found = matrix[i]
  if (found === undefined) throw new RangeError(`no row ${i}`)
  return found
}

function at(matrix: readonly number[][], i: number, j: number): number {
  return matrix[i]?.[j] ?? -1
}

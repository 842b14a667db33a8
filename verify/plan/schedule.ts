import { listSchedule } from './list-schedule.ts'

/** One experiment as the scheduler sees it. */
export interface Task {
  id: string
  durationMs: number
}

/** Two tasks that must not overlap freely: the second begins at least so much later. */
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

/** Beyond so many steps the search keeps the best found, and says that it is not complete. */
const NODE_BUDGET = 100_000
/** More tasks are not searched: `listSchedule` has a proven ratio instead, and `lowerBoundMs` proves each plan's own. */
const MOST_SEARCHED = 40
/** Steps spent on growing pairs of tasks into cliques for the lower bound: more than all pairs of 40 tasks need. */
const CLIQUE_BUDGET = 20_000_000

/**
 * Shortest schedule of tasks with disjunctive separations: branch and bound over the orders in which tasks are placed, each at its earliest
 * start. Every acyclic orientation of the conflict graph is such an order, so nothing is lost. Deterministic: equal input, equal output.
 */
export function schedule(tasks: readonly Task[], conflicts: readonly Conflict[]): Schedule {
  const n = tasks.length
  if (n === 0) return { startMs: {}, makespanMs: 0, lowerBoundMs: 0, optimal: true, criticalPath: [] }
  const durations = tasks.map(({ durationMs }) => durationMs)
  const separation = separations(tasks, conflicts)
  const lowerBoundMs = lowerBound(durations, separation)
  const { starts, makespanMs, complete } =
    n > MOST_SEARCHED ? listed(durations, separation, lowerBoundMs) : searched(durations, separation, lowerBoundMs)
  const startMs = Object.fromEntries(tasks.map(({ id }, position) => [id, starts[position] ?? 0]))
  return {
    startMs,
    makespanMs,
    lowerBoundMs,
    optimal: complete,
    criticalPath: chain(tasks, starts, durations, separation),
  }
}

interface Found {
  starts: number[]
  makespanMs: number
  /** Nothing shorter is left to be found. */
  complete: boolean
}

function searched(durations: number[], separation: number[][], boundMs: number): Found {
  const search = new Search(durations, separation, boundMs)
  search.run()
  return { starts: search.best, makespanMs: search.makespan, complete: search.complete }
}

function listed(durations: readonly number[], separation: readonly number[][], boundMs: number): Found {
  const starts = listSchedule(durations, separation, boundMs)
  const makespanMs = Math.max(...starts.map((start, i) => start + (durations[i] ?? 0)))
  return { starts, makespanMs, complete: makespanMs <= boundMs }
}

/** separation[i][j]: how long after i's start j may start when i is first; -1: they are free. */
function separations(tasks: readonly Task[], conflicts: readonly Conflict[]): number[][] {
  const index = new Map(tasks.map(({ id }, position) => [id, position]))
  const separation = tasks.map(() => new Array<number>(tasks.length).fill(-1))
  for (const { a, b, aThenBMs, bThenAMs } of conflicts) {
    const i = index.get(a)
    const j = index.get(b)
    if (i === undefined || j === undefined || i === j) continue
    row(separation, i)[j] = Math.max(at(separation, i, j), aThenBMs)
    row(separation, j)[i] = Math.max(at(separation, j, i), bThenAMs)
  }
  return separation
}

/** No schedule of these tasks is shorter, in any order: of tasks that all exclude one another each but the last makes the next wait. */
export function shortestPossible(tasks: readonly Task[], conflicts: readonly Conflict[]): number {
  return tasks.length === 0
    ? 0
    : lowerBound(
        tasks.map(({ durationMs }) => durationMs),
        separations(tasks, conflicts),
      )
}

function lowerBound(durations: readonly number[], separation: readonly number[][]): number {
  const longestFirst = durations.map((_, i) => i).sort((i, j) => (durations[j] ?? 0) - (durations[i] ?? 0) || i - j)
  const conflicting = longestFirst.map((seed) => longestFirst.filter((i) => at(separation, seed, i) >= 0))
  // What a task excludes, the longest first: of these a clique grows from the task, and from each pair.
  const grown = (clique: number[], among: readonly number[]): number[] => {
    for (const next of among) if (clique.every((i) => i !== next && at(separation, i, next) >= 0)) clique.push(next)
    return clique
  }
  let bound = Math.max(...durations)
  let steps = 0
  const count = (clique: readonly number[], among: readonly number[]): void => {
    steps += clique.length * (among.length + clique.length)
    bound = Math.max(bound, chainBound(clique, durations, separation))
  }
  for (const [position, seed] of longestFirst.entries()) {
    const clique = grown([seed], conflicting[position] ?? [])
    count(clique, conflicting[position] ?? [])
    if (clique.length === durations.length) return bound
  }
  for (const [position, seed] of longestFirst.entries()) {
    const among = conflicting[position] ?? []
    for (const other of among) {
      if (steps > CLIQUE_BUDGET) return bound
      count([seed, other], [])
      count(grown([seed, other], among), among)
    }
  }
  return bound
}

function chainBound(clique: readonly number[], durations: readonly number[], separation: readonly number[][]): number {
  const waits = clique.map((i) => Math.min(...clique.filter((j) => j !== i).map((j) => at(separation, i, j))))
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
  return Math.min(...clique.map((last, position) => sum(waits.filter((_, i) => i !== position)) + (durations[last] ?? 0)))
}

class Search {
  best: number[] = []
  makespan = Number.POSITIVE_INFINITY
  complete = true
  private nodes = 0
  private readonly seen = new Map<string, { lastStart: number; makespan: number }>()
  private readonly durations: number[]
  private readonly separation: number[][]
  private readonly bound: number
  private readonly starts: number[]
  private readonly placed: boolean[]

  constructor(durations: number[], separation: number[][], bound: number) {
    this.durations = durations
    this.separation = separation
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
      // In any order from here on, this task begins no earlier.
      if (start + (this.durations[task] ?? 0) >= this.makespan) return
      candidates.push({ task, start })
    }
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

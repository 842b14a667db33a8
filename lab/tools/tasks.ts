/**
 * A small scheduler: tasks with prerequisites, two lanes (downloads run while compilers compile), and a rule for what goes first.
 * It starts nothing by itself: what a task does is handed in.
 */

export type Lane = 'network' | 'cpu'

export interface Task {
  id: string
  /** The part it works for, or 'apt-lists' and the like. */
  part: string
  /** What a person reads while it runs: "compiling". */
  doing: string
  lane: Lane
  /** Ids of tasks that must have succeeded. */
  after: readonly string[]
  /** Of the tasks with the same word only one runs at a time: Maven's repository, say, is not made for two processes. */
  exclusive?: string
  /** Expected, alone on two cores. */
  seconds: number
  /** Lower goes first; within a rank the one with most work behind it. */
  rank: number
  run(signal: AbortSignal): Promise<void>
}

export type Lanes = Readonly<Record<Lane, number>>

export interface Outcome {
  task: Task
  state: 'done' | 'failed' | 'skipped'
  seconds: number
  error?: unknown
}

export interface Watcher {
  started(task: Task): void
  ended(outcome: Outcome): void
}

export interface RunOptions {
  lanes: Lanes
  /** Milliseconds, from anywhere. */
  now(): number
  watcher: Watcher
  signal: AbortSignal
}

/** Seconds of work on the longest chain that starts with each task: what waits longest must start first. */
export function chainSeconds(tasks: readonly Task[]): ReadonlyMap<string, number> {
  const chain = new Map<string, number>()
  const of = (task: Task, path: readonly string[]): number => {
    if (path.includes(task.id)) throw new Error(`tasks wait for one another: ${[...path, task.id].join(' -> ')}`)
    const known = chain.get(task.id)
    if (known !== undefined) return known
    const followers = tasks.filter((other) => other.after.includes(task.id))
    const seconds = task.seconds + Math.max(0, ...followers.map((other) => of(other, [...path, task.id])))
    chain.set(task.id, seconds)
    return seconds
  }
  for (const task of tasks) of(task, [])
  return chain
}

/** Those that may start now, in the order in which they should. */
export function startable(
  tasks: readonly Task[],
  state: { done: ReadonlySet<string>; running: readonly Task[]; begun: ReadonlySet<string> },
  lanes: Lanes,
  chain: ReadonlyMap<string, number>,
): Task[] {
  const free: Record<Lane, number> = {
    network: lanes.network - state.running.filter((task) => task.lane === 'network').length,
    cpu: lanes.cpu - state.running.filter((task) => task.lane === 'cpu').length,
  }
  const taken = new Set(state.running.map((task) => task.exclusive))
  const ready = tasks
    .filter((task) => !state.begun.has(task.id) && task.after.every((id) => state.done.has(id)))
    .sort((a, b) => a.rank - b.rank || (chain.get(b.id) ?? 0) - (chain.get(a.id) ?? 0))
  const chosen: Task[] = []
  for (const task of ready) {
    if (free[task.lane] <= 0 || (task.exclusive !== undefined && taken.has(task.exclusive))) continue
    free[task.lane] -= 1
    if (task.exclusive !== undefined) taken.add(task.exclusive)
    chosen.push(task)
  }
  return chosen
}

/**
 * Runs all tasks. One that fails does not stop the others (what they make is kept for the next attempt); those that wait for it are
 * skipped.
 * After an abort nothing new starts, and it resolves when what runs has ended.
 */
export async function runTasks(tasks: readonly Task[], options: RunOptions): Promise<Outcome[]> {
  const chain = chainSeconds(tasks)
  const done = new Set<string>()
  const begun = new Set<string>()
  const outcomes: Outcome[] = []
  const running = new Map<string, { task: Task; ended: Promise<void> }>()
  const end = (outcome: Outcome) => {
    outcomes.push(outcome)
    options.watcher.ended(outcome)
  }
  const start = (task: Task) => {
    begun.add(task.id)
    const startedMs = options.now()
    const seconds = () => (options.now() - startedMs) / 1000
    options.watcher.started(task)
    const ended = task
      .run(options.signal)
      .then(
        () => {
          done.add(task.id)
          end({ task, state: 'done', seconds: seconds() })
        },
        (error: unknown) => {
          end({ task, state: options.signal.aborted ? 'skipped' : 'failed', seconds: seconds(), error })
        },
      )
      .finally(() => {
        running.delete(task.id)
      })
    running.set(task.id, { task, ended })
  }
  for (;;) {
    if (!options.signal.aborted) {
      for (const task of startable(tasks, { done, begun, running: [...running.values()].map((entry) => entry.task) }, options.lanes, chain))
        start(task)
    }
    if (running.size === 0) break
    await Promise.race([...running.values()].map((entry) => entry.ended))
  }
  for (const task of tasks) if (!begun.has(task.id)) end({ task, state: 'skipped', seconds: 0 })
  return outcomes
}

/**
 * Seconds until all is done, by running the same scheduler against a clock that jumps. `factor` stretches each lane, `rest` has the seconds
 * that running tasks still take. Compilers use every core they find, so two at once take as long as one after the other: the processor lane
 * counts as one here.
 */
export function estimateSeconds(
  tasks: readonly Task[],
  options: { lanes: Lanes; cores: number; factor?: Readonly<Record<Lane, number>>; rest?: ReadonlyMap<string, number> },
): number {
  const lanes: Lanes = { network: options.lanes.network, cpu: 1 }
  const length = (task: Task) =>
    options.rest?.get(task.id) ?? task.seconds * (options.factor?.[task.lane] ?? 1) * (task.lane === 'cpu' ? cpuScale(options.cores) : 1)
  const ids = new Set(tasks.map((task) => task.id))
  const waiting = tasks.map((task) => ({ ...task, after: task.after.filter((id) => ids.has(id)) }))
  const chain = chainSeconds(waiting)
  const done = new Set<string>()
  const begun = new Set<string>()
  const running: { task: Task; end: number }[] = []
  let clock = 0
  for (;;) {
    for (const task of startable(waiting, { done, begun, running: running.map((entry) => entry.task) }, lanes, chain)) {
      begun.add(task.id)
      running.push({ task, end: clock + length(task) })
    }
    const next = running.sort((a, b) => a.end - b.end).shift()
    if (next === undefined) return clock
    clock = next.end
    done.add(next.task.id)
  }
}

/** Planned on two cores; beyond four the linkers, which use one, decide. */
export function cpuScale(cores: number): number {
  return 2 / Math.min(4, Math.max(1, cores))
}

import { cpuScale, estimateSeconds } from './tasks.ts'
import type { Lane, Lanes, Task } from './tasks.ts'

/** CPU seconds of a compiler for each second of its plan: it keeps two cores busy for most of the time. */
const CPU_PER_PLANNED_SECOND = 1.6
/** Planned seconds that count as done to plan before anything is seen, so that one odd small task does not decide. */
const PRIOR_SECONDS = 90
/** A task that has done all of its plan is not about to end: how far it may be, and how much of its time so far is still to come. */
const MOST = 0.95
const STILL_TO_COME = 0.2
/** Time within which what is shown follows what is measured. */
const FOLLOW_SECONDS = 20

interface Running {
  task: Task
  since: number
  cpuSeconds: number | undefined
}

export interface Left {
  seconds: number
  /** True while something takes longer than planned and does not say how far it is. */
  atLeast: boolean
}

/**
 * How long set-up still takes, from what it has done of its plan so far: tasks that have ended, and of running ones the CPU time that they
 * have had, or else the time that has passed. A machine that is busy with other things gives less CPU time, and the estimate follows while
 * the first compiler still runs. All times in seconds since set-up began.
 */
export class Estimate {
  readonly #tasks: readonly Task[]
  readonly #options: { lanes: Lanes; cores: number }
  readonly #running = new Map<string, Running>()
  readonly #ended = new Map<string, Task>()
  /** Seconds of work to plan that are done, and the time that they took; compilers share the processor, so theirs is not summed up. */
  readonly #planned: Record<Lane, number> = { network: 0, cpu: 0 }
  readonly #took: Record<Lane, number> = { network: 0, cpu: 0 }
  #cpuBusySince: number | undefined
  #shown: { at: number; seconds: number } | undefined

  constructor(tasks: readonly Task[], options: { lanes: Lanes; cores: number }) {
    this.#tasks = tasks
    this.#options = options
  }

  started(task: Task, now: number): void {
    this.#running.set(task.id, { task, since: now, cpuSeconds: undefined })
    if (task.lane === 'cpu') this.#cpuBusySince ??= now
  }

  /** `cpuSeconds` that the task's processes have had so far. */
  measured(id: string, cpuSeconds: number): void {
    const running = this.#running.get(id)
    if (running !== undefined && cpuSeconds > (running.cpuSeconds ?? 0)) running.cpuSeconds = cpuSeconds
  }

  ended(task: Task, now: number, done: boolean): void {
    const running = this.#running.get(task.id)
    this.#running.delete(task.id)
    this.#ended.set(task.id, task)
    if (task.lane === 'cpu' && ![...this.#running.values()].some((each) => each.task.lane === 'cpu')) {
      this.#took.cpu += now - (this.#cpuBusySince ?? now)
      this.#cpuBusySince = undefined
    }
    if (!done || running === undefined) return
    this.#planned[task.lane] += this.#plan(task)
    if (task.lane === 'network') this.#took.network += now - running.since
  }

  left(now: number): Left {
    const factor = { network: this.#factor('network', now), cpu: this.#factor('cpu', now) }
    const rest = new Map<string, number>()
    let atLeast = false
    for (const { task, since, cpuSeconds } of this.#running.values()) {
      const plan = this.#plan(task) * factor[task.lane]
      const share = this.#share(task, cpuSeconds) ?? Math.min(MOST, (now - since) / plan)
      rest.set(task.id, share < MOST ? plan * (1 - share) : (now - since) * STILL_TO_COME)
      if (share >= MOST) atLeast = true
    }
    const waiting = this.#tasks.filter(({ id }) => !this.#ended.has(id))
    return { seconds: this.#follow(estimateSeconds(waiting, { ...this.#options, factor, rest }), now), atLeast }
  }

  /** Planned on this machine, alone. */
  #plan(task: Task): number {
    return Math.max(1, task.seconds * (task.lane === 'cpu' ? cpuScale(this.#options.cores) : 1))
  }

  /** How far a compiler is by the CPU time that it has had. */
  #share(task: Task, cpuSeconds: number | undefined): number | undefined {
    if (task.lane !== 'cpu' || cpuSeconds === undefined) return undefined
    return Math.min(MOST, cpuSeconds / Math.max(1, task.seconds * CPU_PER_PLANNED_SECOND))
  }

  /** How much longer than planned the work of a lane takes. */
  #factor(lane: Lane, now: number): number {
    let planned = this.#planned[lane] + PRIOR_SECONDS
    let took = this.#took[lane] + PRIOR_SECONDS
    if (lane === 'cpu' && this.#cpuBusySince !== undefined) took += now - this.#cpuBusySince
    for (const { task, since, cpuSeconds } of this.#running.values()) {
      if (task.lane !== lane) continue
      const share = this.#share(task, cpuSeconds) ?? Math.min(MOST, (now - since) / this.#plan(task))
      planned += this.#plan(task) * share
      if (lane === 'network') took += now - since
    }
    return took / planned
  }

  /** Counts down, and moves towards what is measured within a while: a person can live with neither leaps nor a standstill. */
  #follow(measured: number, now: number): number {
    const counted = this.#shown === undefined ? measured : Math.max(0, this.#shown.seconds - (now - this.#shown.at))
    const weight = this.#shown === undefined ? 1 : 1 - Math.exp(-(now - this.#shown.at) / FOLLOW_SECONDS)
    this.#shown = { at: now, seconds: counted + (measured - counted) * weight }
    return this.#shown.seconds
  }
}

import type { Command } from '../child.ts'
import type { Surroundings } from '../cache.ts'
import type { Task } from '../tasks.ts'

/** What a recipe's step is given. */
export interface StepContext {
  around: Surroundings
  /** Scratch folder of this part and key; kept when a step fails, so that the next attempt goes on from there. */
  work: string
  /** What is in here when the last step ends is the part. */
  out: string
  /** Runs a command, its words go to the part's log; resolves with its stdout. */
  run(command: Command): Promise<string>
  signal: AbortSignal
}

export interface Step extends Pick<Task, 'lane' | 'doing' | 'seconds' | 'exclusive'> {
  run(context: StepContext): Promise<void>
}

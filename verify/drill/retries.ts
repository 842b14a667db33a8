import { retryable } from '../judge/retryable.ts'
import type { Plan } from '../model/plan.ts'
import { subset } from '../plan/subset.ts'
import type { Again } from '../run/options.ts'
import type { Progress } from '../run/ports.ts'
import { judgeFolder } from './judge-folder.ts'

/**
 * Called after each attempt, at most `retries` times: the part of the plan that is unknown for a cause of this run alone; null to end. The
 * run itself judges nothing.
 */
export function secondAttempts(plan: Plan, folder: string, retries: number, progress: Progress): () => Promise<Again | null> {
  let left = retries
  return async () => {
    if (left === 0) return null
    left -= 1
    const because = retryable((await judgeFolder(folder)).verdicts, plan)
    const ids = Object.keys(because)
    if (ids.length === 0) return null
    for (const [id, reason] of Object.entries(because)) progress.line(`${id} is retried: ${reason}`)
    return { plan: subset(plan, ids), because }
  }
}

import { toConfirm, withConfirmation } from '../judge/confirmed-alone.ts'
import { retryable } from '../judge/retryable.ts'
import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { alone } from '../plan/alone.ts'
import { subset } from '../plan/subset.ts'
import type { Again } from '../run/options.ts'
import type { Progress } from '../run/ports.ts'
import { judgeFolder } from './judge-folder.ts'

/**
 * Called after each attempt, for what is to run once more; null to end. First, and once, what failed while another fault was in force: it
 * is confirmed alone. Then, at most `retries` times, what is unknown for a cause of this run alone. The run itself judges nothing.
 */
export function secondAttempts(plan: Plan, spec: Spec, folder: string, retries: number, progress: Progress): () => Promise<Again | null> {
  let left = retries
  let confirmed = false
  return async () => {
    const { verdicts, beside } = await judgeFolder(folder)
    if (!confirmed) {
      confirmed = true
      const failed = toConfirm(verdicts, beside, plan)
      if (Object.keys(failed).length > 0) return confirmation(plan, spec, failed, progress)
    }
    if (left === 0) return null
    left -= 1
    const because = retryable(verdicts, plan)
    const ids = Object.keys(because)
    if (ids.length === 0) return null
    for (const [id, reason] of Object.entries(because)) progress.line(`${id} is retried: ${reason}`)
    return { plan: subset(plan, ids), because }
  }
}

function confirmation(plan: Plan, spec: Spec, beside: Record<string, string[]>, progress: Progress): Again {
  const next = alone(plan, Object.keys(beside))
  for (const [id, others] of Object.entries(beside)) progress.line(`${id} failed beside ${others.join(', ')}: it is run once more, alone`)
  const because = Object.fromEntries(
    [...next.experiments, ...(next.outages ?? [])].map(({ id, confirms = '' }) => [
      id,
      `${confirms} alone; the first time beside it: ${beside[confirms]?.join(', ') ?? 'nothing'}`,
    ]),
  )
  return {
    plan: next,
    because,
    confirms: { beside, spec: withConfirmation({ spec, plan }, { experiments: next.experiments, outages: next.outages ?? [] }).spec },
  }
}

import type { Plan } from '../model/plan.ts'
import type { UnknownCause, Verdict } from '../model/verdict.ts'

/**
 * Causes that lie in this run and not in what was judged: another attempt may do without them. An unreachable source or missing evidence
 * will be as missing then.
 */
const PASSING: readonly UnknownCause[] = [
  'load-short',
  'not-alone',
  'scrape-gap',
  'missed-evaluations',
  'verifier-stalled',
  'machine-starved',
  'not-injected',
]

/**
 * The experiments and outages worth another attempt, with the reason: something about them is unknown for a passing cause, and nothing
 * failed. A failure is an
 * answer: trying until it goes away would hide it. An outage beside an experiment needs that one's fault: it is tried again with it.
 */
export function retryable(
  verdicts: readonly Verdict[],
  { experiments, outages = [] }: Pick<Plan, 'experiments' | 'outages'>,
): Record<string, string> {
  const reasons: Record<string, string> = {}
  const again = (subject: string, host: string): void => {
    const open = verdicts.find(
      (each) => each.subject === subject && each.status === 'unknown' && each.cause !== undefined && PASSING.includes(each.cause),
    )
    if (open === undefined || verdicts.some((each) => (each.subject === subject || each.subject === host) && each.status === 'fail')) return
    reasons[subject] = `${open.cause}: ${open.observed}`
    reasons[host] ??= `${subject} is beside it`
  }
  for (const { id } of experiments) again(id, id)
  for (const { id, during } of outages) again(id, during ?? id)
  return reasons
}

import type { UnknownCause, Verdict } from '../model/verdict.ts'

/** Causes that lie in this run and not in what was judged: another attempt may do without them. An unreachable source or missing evidence will be as missing then. */
const PASSING: readonly UnknownCause[] = ['load-short', 'scrape-gap', 'missed-evaluations', 'verifier-stalled', 'not-injected']

/**
 * The experiments worth another attempt, with the reason: something about them is unknown for a passing cause, and nothing failed. A failure is an answer: trying
 * until it goes away would hide it.
 */
export function retryable(verdicts: readonly Verdict[]): Record<string, string> {
  const reasons: Record<string, string> = {}
  for (const { subject, alert, status, cause, observed } of verdicts) {
    if (alert === undefined || status !== 'unknown' || cause === undefined || !PASSING.includes(cause) || subject in reasons) continue
    if (!verdicts.some((other) => other.subject === subject && other.status === 'fail')) reasons[subject] = `${cause}: ${observed}`
  }
  return reasons
}

import type { UnknownCause, Verdict } from '../model/verdict.ts'

/** What to do so that the next drill can tell. */
export const NEXT_STEP: Readonly<Record<UnknownCause, string>> = {
  'not-injected': 'Look at the target of the fault, then run it again.',
  'not-injectable': 'Change what is named, or leave the experiment out with --skip: another attempt would meet the same.',
  'missed-evaluations': 'Run it again on a calmer machine or at a lower --speed.',
  'scrape-gap': 'Run it again at a lower --speed.',
  'load-short': 'Give k6 more processor time or a lower rate, then run it again.',
  'not-alone': 'Run it again with --serial.',
  'clock-skew': 'Set the clocks of the machines, then run it again.',
  'source-unreachable': 'Start what should answer there, or correct its address, then run it again.',
  'unhealthy-start': 'Mend what was wrong before the fault, then run it again.',
  'interrupted': 'Run it again to its end.',
  'evidence-missing': 'Mend what kept the evidence away, then run it again.',
  'verifier-stalled': 'Run it again on a calmer machine.',
  'machine-starved': 'Run it again on a calmer machine.',
}

/** What to change, where that is known; else why nothing can be said, and what to do so that the next drill can. */
export function reasonAndStep({ status, diagnosis, observed, cause }: Verdict): string | undefined {
  if (diagnosis !== undefined || status !== 'unknown') return diagnosis
  const reason = /[.!?]$/.test(observed) ? observed : `${observed}.`
  return cause === undefined ? reason : `${reason} ${NEXT_STEP[cause]}`
}

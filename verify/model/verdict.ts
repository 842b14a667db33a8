export type VerdictStatus = 'pass' | 'fail' | 'unknown' | 'skipped'

/** Why a verdict could not be given. */
export type UnknownCause =
  | 'not-injected'
  /** For a reason that does not pass by itself: another attempt would meet the same. */
  | 'not-injectable'
  | 'missed-evaluations'
  | 'scrape-gap'
  | 'load-short'
  /** Another fault was in force all the while. */
  | 'not-alone'
  | 'clock-skew'
  | 'source-unreachable'
  | 'unhealthy-start'
  | 'interrupted'
  | 'evidence-missing'
  | 'verifier-stalled'
  /** Something on this machine kept a part of the target waiting for a CPU. */
  | 'machine-starved'

export interface Verdict {
  /** Experiment id, trace or log spec id, or "drill" for checks over the whole run. */
  subject: string
  /** Alert name when the subject is an experiment. */
  alert?: string
  /** Check id = its file name. */
  check: string
  status: VerdictStatus
  /** One sentence, true as it stands: the check's title when passed, its failureTitle otherwise. */
  title: string
  expected: string
  observed: string
  cause?: UnknownCause
  /**
   * The legal window [earliestMs, latestMs) and what was observed, unix ms, for checks over an instant; null: it never came. `sinceMs`: the
   * instant that its delay counts from, the fault's for firing, startsAt for notified.
   */
  window?: { what: string; earliestMs: number; latestMs: number; observedMs: number | null; sinceMs?: number }
  /** First broken link and advice, when failed. */
  diagnosis?: string
  /** The service or part that is to be changed, where a failure is that of one. */
  part?: string
  /** Journal sequence numbers. */
  pointers: number[]
}

/** A pod of a load's Job, as the API server has it. */
export interface LoadPod {
  /** Which of the Job's execution segments it sends. */
  index: number
  name: string
  node?: string
  /** Its container runs. */
  running: boolean
  /** It will not run any more. */
  over: boolean
  exitCode?: number
  /** Why it does not run yet, or no more, where k6 did not end by itself; in words. */
  because?: string
  /** It cannot start, and waiting will not mend it. */
  hopeless?: boolean
}

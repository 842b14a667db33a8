import type { Labels } from './spec.ts'
import type { VerdictStatus } from './verdict.ts'

/** An alert instance that fired, and when: unix ms. */
export interface Fired {
  alert: string
  labels: Labels
  atMs: number
}

/** Of a line of history.ndjson; one without a version is of before, and has neither `speed` nor what follows it. */
export const HISTORY_VERSION = 2

/** One line of history.ndjson, beside the folders of the runs: what a later drill has to know of this one. */
export interface PastRun {
  version?: number
  runId: string
  target: string
  /** Ids of the experiments that were drilled; none of a run that was cut short. */
  experiments: string[]
  fired: Fired[]
  speed?: number
  startedMs?: number
  outcome?: VerdictStatus
  results?: (PastResult & { recipe: string })[]
}

/** What came of one experiment, and how long its alert and its notification took where that was judged to be in time. */
export interface PastResult {
  experiment: string
  alert: string
  outcome: VerdictStatus
  delays: Delay[]
}

/** detection: from the fault to firing; delivery: from firing to the notification. All in ms; the legal window [earliestMs, latestMs). */
export interface Delay {
  what: 'detection' | 'delivery'
  ms: number
  earliestMs: number
  latestMs: number
}

/** An earlier drill of the same target at the same speed; delays only of experiments that were then what they are now. */
export interface PastDrill {
  runId: string
  startedMs: number
  outcome: VerdictStatus
  results: PastResult[]
}

/** When an alert instance last fired on a target, and in which run. */
export type LastFired = Fired & Pick<PastRun, 'runId'>

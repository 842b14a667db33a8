import type { Labels } from './spec.ts'

/** An alert instance that fired, and when: unix ms. */
export interface Fired {
  alert: string
  labels: Labels
  atMs: number
}

/** One line of history.ndjson, beside the folders of the runs: what a later drill has to know of this one. */
export interface PastRun {
  runId: string
  target: string
  /** Ids of the experiments that were drilled; none of a run that was cut short. */
  experiments: string[]
  fired: Fired[]
}

/** When an alert instance last fired on a target, and in which run. */
export type LastFired = Fired & Pick<PastRun, 'runId'>

import type { Labels } from './spec.ts'

/** Every synthetic alert of a drill carries it, with the run's id, so that neither people nor verdicts take it for a real one. */
export const PROBE_LABEL = 'firedrill'
/** Their alert names begin so. */
export const PROBE_NAME = 'Firedrill'

/** What a synthetic alert is there for. */
export type ProbeRole = 'source' | 'target' | 'neighbour' | 'silenced' | 'audible' | 'member' | 'other' | 'repeated'

export interface ProbeAlert {
  role: ProbeRole
  labels: Labels
}

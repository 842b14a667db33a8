import type { Labels, RoutingSpec } from './spec.ts'

/**
 * Every synthetic alert of a drill carries it, with the run's id: whoever sees one knows whose it is, and no verdict takes it for a real
 * one.
 */
export const PROBE_LABEL = 'firedrill'
/** Their alert names begin so. */
export const PROBE_NAME = 'Firedrill'

/** What a synthetic alert is there for. */
export type ProbeRole = 'source' | 'target' | 'neighbour' | 'silenced' | 'audible' | 'member' | 'other' | 'repeated'

export interface ProbeAlert {
  role: ProbeRole
  labels: Labels
}

/** The receiver that the specification routes these labels to: the first route that matches; the last one matches everything. */
export function routedTo(routing: RoutingSpec, labels: Labels): string {
  return routing.routes.find(({ match }) => Object.entries(match).every(([name, value]) => (labels[name] ?? '') === value))?.receiver ?? ''
}

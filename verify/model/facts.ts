/**
 * What the checks know about metrics: from the catalogue, completed by the specification's targets. All questions answer `undefined` when
 * nothing is known.
 */
export interface Facts {
  /** Jobs whose target exposes the metric; undefined without a catalogue, [] when no target exposes it. */
  jobsExposing(metric: string): string[] | undefined
  /** Label names of the metric, job and instance included. */
  labelsOf(metric: string): ReadonlySet<string> | undefined
  /** Recorded values of a label; for job and instance those of the specification's targets that expose the metric. */
  valuesOf(metric: string, label: string): Set<string> | undefined
  type(metric: string): string | undefined
  /** Whether no negative sample was recorded. */
  nonNegative(metric: string): boolean | undefined
  metricNames(): string[]
  scrapeIntervalMs(job: string): number
}

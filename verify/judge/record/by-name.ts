import type { Notified } from './recorder.ts'
import { remembered } from '../../text/remembered.ts'

/** Asked for by every experiment; a record does not change once it is judged. */
const groupedByExperiment = remembered((entries: readonly { experiment: string }[]): ReadonlyMap<string, readonly unknown[]> =>
  Map.groupBy(entries, ({ experiment }) => experiment),
)

/** Those of one experiment, in the order of the journal. */
export function ofExperiment<E extends { experiment: string }>(entries: readonly E[], experiment: string): readonly E[] {
  return (groupedByExperiment(entries).get(experiment) ?? []) as readonly E[]
}

const groupedByAlert = remembered((notified: readonly Notified[]) => Map.groupBy(notified, ({ labels }) => labels['alertname'] ?? ''))

/** What was notified of one alert, in the order of the journal. */
export function ofAlert(notified: readonly Notified[], alert: string): readonly Notified[] {
  return groupedByAlert(notified).get(alert) ?? []
}

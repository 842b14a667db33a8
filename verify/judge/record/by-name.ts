import type { AlertHistory, Notified } from './recorder.ts'
import { labelKey } from '../../promql/labels.ts'
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

const groupedHistories = remembered((alerts: readonly AlertHistory[]) => Map.groupBy(alerts, ({ alert }) => alert))

/** The series of one alert, in the order of the record. */
export function historiesOf(alerts: readonly AlertHistory[], alert: string): readonly AlertHistory[] {
  return groupedHistories(alerts).get(alert) ?? []
}

const heardFirst = remembered((notified: readonly Notified[]): ReadonlyMap<string, number> => {
  const first = new Map<string, number>()
  for (const { receiver, groupLabels, arrivedMs } of notified) {
    const key = `${receiver}\n${labelKey(groupLabels)}`
    first.set(key, Math.min(arrivedMs, first.get(key) ?? Infinity))
  }
  return first
})

/** When a receiver first heard of a group, unix ms; Infinity where it never did. */
export function firstHeardMs(notified: readonly Notified[], receiver: string, groupLabels: Record<string, string>): number {
  return heardFirst(notified).get(`${receiver}\n${labelKey(groupLabels)}`) ?? Infinity
}

import { ofExperiment } from './by-name.ts'
import type { RunRecord } from './recorder.ts'

/** Why a fault of an experiment or outage was not applied since then (unix ms), where the reason does not pass by itself. */
export function lastingRefusal({ faults }: Pick<RunRecord, 'faults'>, id: string, sinceMs: number): string | undefined {
  return ofExperiment(faults, id).find(({ lasting, startedMs }) => lasting === true && startedMs >= sinceMs)?.detail
}

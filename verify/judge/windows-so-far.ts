import type { JournalEntry } from '../model/journal.ts'
import type { LegalWindows, PlacedWindow, PlannedExperiment } from '../model/plan.ts'
import { CLOCK_OFFSET } from '../promql/prometheus-time.ts'
import { EvidenceRoom, legsOf } from './evidence-room.ts'
import { recordOf } from './record/recorder.ts'
import type { RunRecord } from './record/recorder.ts'

type Named = [what: string, window: keyof LegalWindows][]
const OF_FAULT: Named = [
  ['pending', 'pending'],
  ['firing', 'firing'],
  ['notified', 'notified'],
]
const OF_UNDO: Named = [
  ['resolved', 'resolved'],
  ['resolved notified', 'resolvedNotified'],
]

/**
 * While a drill runs: the plan's windows, from the instants at which faults and loads came and went, by Prometheus' clock. The judge's own,
 * made of all evidence, are narrower for notifications, which count from the alert, and later where a load took time to take hold.
 */
export function windowsSoFar(entries: readonly JournalEntry[], experiments: readonly PlannedExperiment[]): Map<string, PlacedWindow[]> {
  const run = recordOf({ entries: entries.flatMap(anchoring), problems: [] })
  return new Map(experiments.map((experiment) => [experiment.id, placed(run, experiment)]))
}

/** What anchors are made of, by which clock; a load without its figures, which are long. */
function anchoring(entry: JournalEntry): JournalEntry[] {
  if (entry.kind === 'leg' || entry.kind === 'fault') return [entry]
  if (entry.kind === 'health') return entry.metric === CLOCK_OFFSET ? [entry] : []
  if (entry.kind !== 'load') return []
  const { summary: _, ...rest } = entry
  return [rest]
}

function placed(run: RunRecord, experiment: PlannedExperiment): PlacedWindow[] {
  const legs = legsOf(run, experiment.id)
  const anchors = new EvidenceRoom(run, { scope: 'experiment', experiment }).ask('anchors')
  // A rule that is only watched has no windows.
  if (anchors === undefined || anchors.pointers.length === 0) return []
  const at = (named: Named, fromMs: number, byMs: number, pointer: number): PlacedWindow[] =>
    named.map(([what, name]) => {
      const { earliestMs, latestMs } = experiment.windows[name]
      return { what, earliestMs: fromMs + earliestMs, latestMs: byMs + latestMs, pointer }
    })
  return [
    ...at(OF_FAULT, anchors.onFromMs, anchors.onByMs, anchors.pointers[0] ?? 0),
    ...(legs.has('clear') ? at(OF_UNDO, anchors.offFromMs, anchors.offByMs, anchors.pointers.at(-1) ?? 0) : []),
  ]
}

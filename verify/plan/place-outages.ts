import { OUTAGE_LEAD_MS, OUTAGE_TAIL_MS, PROBES } from '../model/plan.ts'
import type { PlannedExperiment, PlannedOutage } from '../model/plan.ts'
import type { ExperimentSpec, OutageSpec } from '../model/spec.ts'
import { meeting } from './conflicts.ts'
import type { Conflict, Task } from './schedule.ts'

/** What applying a fault and undoing it take on a busy machine. Not compressed. */
const APPLY_AND_UNDO_MS = 5_000
/** The drill's own probes take about so long until they are read; the run waits for them, not for this. */
export const PROBES_MS = 15_000

/** Whether it harms what the drill's own probes pass. */
function blinds({ effects }: Pick<ExperimentSpec, 'effects'>): boolean {
  return meeting(effects, ['traces', 'logs']) !== undefined
}

/** The probes as a task of the schedule, which goes before every experiment that would harm their way; none where no experiment does. */
export function probesFirst(
  experiments: readonly ExperimentSpec[],
  probesMs: number,
): { tasks: { id: string; durationMs: number }[]; conflicts: Conflict[] } {
  const blinding = experiments.filter(blinds)
  if (blinding.length === 0) return { tasks: [], conflicts: [] }
  return {
    tasks: [{ id: PROBES, durationMs: probesMs }],
    conflicts: blinding.map(({ id }) => ({ a: PROBES, b: id, aThenBMs: probesMs, bThenAMs: NEVER_MS })),
  }
}

/** Longer than any drill: the other order is none. */
const NEVER_MS = 1e12

export function afterProbes(experiment: ExperimentSpec): NonNullable<PlannedExperiment['after']> {
  return blinds(experiment) ? [{ experiment: PROBES, until: 'ended' }] : []
}

/** The outages, and what each with a fault of its own must not overlap, wherever it is placed: of these a bound for any plan is made. */
export function outageTasks(
  outages: readonly (PlannedOutage & Pick<OutageSpec, 'effects' | 'observes'>)[],
  experiments: readonly Omit<Busy, 'startMs'>[],
  probesMs: number,
): { tasks: Task[]; conflicts: Conflict[] } {
  const own = outages.filter(({ during }) => during === undefined)
  const beside = outages.filter(({ during }) => during !== undefined)
  const conflicts = own.flatMap((one, index) =>
    [...experiments, ...beside, ...own.slice(index + 1)]
      .filter((other) => disturbs(one, other) || disturbs(other, one))
      .map((other) => ({ a: one.id, b: other.id, aThenBMs: one.durationMs, bThenAMs: other.durationMs })),
  )
  const afterwards = own.map(({ id }) => ({ a: PROBES, b: id, aThenBMs: probesMs, bThenAMs: NEVER_MS }))
  return { tasks: [{ id: PROBES, durationMs: probesMs }, ...outages], conflicts: [...conflicts, ...afterwards] }
}

type Busy = Pick<PlannedExperiment, 'id' | 'startMs' | 'durationMs' | 'effects' | 'observes'>

/**
 * Puts outages into a schedule of experiments that stays as it is: each at its first gap, in the order of the specification. One beside an
 * experiment goes with it, and is left out without it. Returns them, and what more the experiments that begin later must wait for.
 */
export function placeOutages(
  outages: readonly OutageSpec[],
  experiments: readonly PlannedExperiment[],
  probesMs: number,
  serial: boolean,
): { outages: PlannedOutage[]; waits: Map<string, string[]> } {
  const beside = outages.flatMap(({ id, title, during, recoversWithinMs, effects, observes }) => {
    const host = experiments.find((experiment) => experiment.id === during)
    return host === undefined
      ? []
      : [
          {
            id,
            title,
            startMs: host.startMs,
            durationMs: host.durationMs + recoversWithinMs,
            holdMs: 0,
            during: host.id,
            after: [],
            effects,
            observes,
          },
        ]
  })
  const placed: (PlannedOutage & Busy)[] = []
  const waits = new Map<string, string[]>()
  for (const { id, title, fault, holdMs = 0, recoversWithinMs, effects, observes } of outages.filter(
    ({ during }) => during === undefined,
  )) {
    const own = { id, durationMs: OUTAGE_LEAD_MS + APPLY_AND_UNDO_MS + holdMs + OUTAGE_TAIL_MS + recoversWithinMs, effects, observes }
    const others: Busy[] = [...experiments, ...beside, ...placed]
    const met = others.filter((other) => serial || disturbs(own, other) || disturbs(other, own))
    const startMs = firstGap(met, own.durationMs, serial ? Math.max(0, ...met.map(end)) : probesMs)
    const earlier = met.filter((other) => other.startMs < startMs)
    // One beside an experiment begins with it: the experiment is what waits.
    for (const later of met.filter((other) => other.startMs >= startMs)) {
      const waiting = beside.find((other) => other.id === later.id)?.during ?? later.id
      waits.set(waiting, [...new Set([...(waits.get(waiting) ?? []), id])])
    }
    placed.push({
      ...own,
      title,
      startMs,
      holdMs,
      ...(fault === undefined ? {} : { fault }),
      after: [{ experiment: PROBES, until: 'ended' }, ...earlier.map((other) => ({ experiment: other.id, until: 'ended' as const }))],
    })
  }
  const inOrder = outages.flatMap(({ id }) => [...beside, ...placed].filter((each) => each.id === id))
  return { outages: inOrder.map(({ effects: _, observes: __, ...outage }) => outage), waits }
}

function disturbs(one: Pick<Busy, 'effects' | 'observes'>, other: Pick<Busy, 'effects' | 'observes'>): boolean {
  return meeting(one.effects, [...other.observes, ...other.effects]) !== undefined
}

function firstGap(others: readonly Busy[], durationMs: number, fromMs: number): number {
  let startMs = fromMs
  for (const other of [...others].sort((a, b) => a.startMs - b.startMs)) {
    if (startMs + durationMs <= other.startMs) break
    startMs = Math.max(startMs, end(other))
  }
  return startMs
}

function end({ startMs, durationMs }: Busy): number {
  return startMs + durationMs
}

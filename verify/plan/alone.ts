import type { Plan, PlannedExperiment, PlannedOutage } from '../model/plan.ts'
import { subset } from './subset.ts'

const SUFFIX = '--alone'

/**
 * The same experiments and outages once more, under names of their own and one after another, so that nothing is beside any of them. An
 * outage that has its fault from an experiment brings that one along.
 */
export function alone(plan: Plan, ids: readonly string[]): Plan {
  const hosts = (plan.outages ?? []).flatMap(({ id, during }) => (ids.includes(id) && during !== undefined ? [during] : []))
  const chosen = subset(plan, [...new Set([...ids, ...hosts])])
  let endMs = 0
  let before: string | undefined
  const next = <T extends PlannedExperiment | PlannedOutage>(each: T): T => {
    const renamed = {
      ...each,
      id: `${each.id}${SUFFIX}`,
      confirms: each.id,
      startMs: endMs,
      after: before === undefined ? [] : [{ experiment: before, until: 'ended' as const }],
    }
    endMs += each.durationMs
    before = renamed.id
    return renamed
  }
  const experiments = chosen.experiments.map(next)
  const outages = (chosen.outages ?? []).map((outage): PlannedOutage => {
    const host = experiments.find(({ confirms }) => confirms === outage.during)
    if (host === undefined) return next(outage)
    return { ...outage, id: `${outage.id}${SUFFIX}`, confirms: outage.id, during: host.id, startMs: host.startMs, after: [] }
  })
  return {
    ...chosen,
    experiments,
    outages,
    makespanMs: endMs,
    lowerBoundMs: endMs,
    conflicts: [],
    criticalPath: experiments.map(({ id }) => id),
  }
}

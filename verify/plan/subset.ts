import type { Plan } from '../model/plan.ts'

/**
 * The plan with these experiments and outages alone, each exactly as it was planned: legs, windows and who waits for whom stay the same.
 */
export function subset(plan: Plan, ids: readonly string[]): Plan {
  const chosen = <T extends { id: string }>(all: readonly T[]): T[] => all.filter(({ id }) => ids.includes(id))
  const kept = [...chosen(plan.experiments), ...chosen(plan.outages ?? [])]
  const beginMs = Math.min(...kept.map(({ startMs }) => startMs))
  const experiments = chosen(plan.experiments).map((experiment) => ({
    ...experiment,
    startMs: experiment.startMs - beginMs,
    ...(experiment.after === undefined ? {} : { after: experiment.after.filter(({ experiment: id }) => ids.includes(id)) }),
  }))
  const outages = chosen(plan.outages ?? []).map((outage) => ({
    ...outage,
    startMs: outage.startMs - beginMs,
    after: outage.after.filter(({ experiment: id }) => ids.includes(id)),
  }))
  const makespanMs = Math.max(0, ...[...experiments, ...outages].map(({ startMs, durationMs }) => startMs + durationMs))
  return {
    ...plan,
    experiments,
    traces: [],
    logs: [],
    outages,
    makespanMs,
    lowerBoundMs: Math.min(plan.lowerBoundMs, Math.max(0, ...kept.map(({ durationMs }) => durationMs))),
    optimal: false,
    criticalPath: plan.criticalPath.filter((id) => ids.includes(id)),
    conflicts: plan.conflicts.filter(({ a, b }) => ids.includes(a) && ids.includes(b)),
  }
}

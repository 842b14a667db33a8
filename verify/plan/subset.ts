import type { Plan } from '../model/plan.ts'

/** The plan with these experiments alone, each exactly as it was planned: legs, windows and who waits for whom stay the same. */
export function subset(plan: Plan, ids: readonly string[]): Plan {
  const kept = plan.experiments.filter(({ id }) => ids.includes(id))
  const beginMs = Math.min(...kept.map(({ startMs }) => startMs))
  const experiments = kept.map((experiment) => ({
    ...experiment, startMs: experiment.startMs - beginMs,
    ...(experiment.after === undefined ? {} : { after: experiment.after.filter(({ experiment: id }) => ids.includes(id)) }),
  }))
  const makespanMs = Math.max(0, ...experiments.map(({ startMs, durationMs }) => startMs + durationMs))
  return {
    ...plan, experiments, traces: [], logs: [], outages: [], makespanMs,
    lowerBoundMs: Math.min(plan.lowerBoundMs, Math.max(0, ...experiments.map(({ durationMs }) => durationMs))), optimal: false,
    criticalPath: plan.criticalPath.filter((id) => ids.includes(id)), conflicts: plan.conflicts.filter(({ a, b }) => ids.includes(a) && ids.includes(b)),
  }
}

import { defineCheck } from '../../drill-check.ts'
import { hasLabels } from '../../../promql/labels.ts'
import { clockTime } from '../../../text/instant.ts'
import { alertLabels } from '../../alert/replay.ts'
import { pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'steady-before',
    scope: 'experiment',
    title: 'the experiment began in steady state',
    failureTitle: 'the experiment began with the condition true or the alert active',
    why: 'What was broken before the fault is not its effect, and an alert that is active already cannot start.',
    mend: 'Bring the platform back to a steady state (the condition false, no alert active) and run the experiment again.',
    example: 'the condition already held at 11:59:40',
    needs: ['experiment', 'legs', 'condition', 'alerts'],
    needsInjection: 'no',
    slowMachine: 'no-excuse',
  },
  ({ experiment, legs, condition, alerts }) => {
    const begun = [...legs.values()].sort((a, b) => a.beginMs - b.beginMs)
    const untilMs = (legs.get('quiet') ?? legs.get('fire'))?.beginMs ?? Infinity
    // By hand nothing is waited for: the evaluations just before the injection are what is known.
    const fromMs = legs.has('before') || legs.has('quiet') ? (begun[0]?.beginMs ?? 0) : untilMs - 2 * condition.stepMs
    const expected = `${experiment.alert} inactive and its condition false until the first leg with a fault or load`
    const pointers = [condition.seq, ...(begun[0]?.pointers ?? [])]
    const held = condition.series
      .filter((column) => hasLabels(alertLabels(experiment, column.labels), experiment.subject))
      .flatMap((column) => column.timesMs.filter((t) => t >= fromMs && t < untilMs))
    if (held[0] !== undefined)
      return unknown('unhealthy-start', expected, `the condition was already true at ${clockTime(held[0])}`, pointers)
    for (const history of alerts) {
      if (history.alert !== experiment.alert || !hasLabels(history.labels, experiment.subject)) continue
      const index = history.timesMs.findIndex((t) => t >= fromMs && t < untilMs)
      if (index !== -1)
        return unknown('unhealthy-start', expected, `ALERTS has it ${history.states[index]} at ${clockTime(history.timesMs[index] ?? 0)}`, [
          ...pointers,
          ...history.seqs,
        ])
    }
    return pass(expected, `${experiment.alert} inactive, condition false from ${clockTime(fromMs)} to ${clockTime(untilMs)}`, pointers)
  },
)

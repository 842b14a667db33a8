import { defineCheck } from '../../check.ts'
import { hasLabels } from '../../../promql/labels.ts'
import { clockTime } from '../../../text/instant.ts'
import { alertLabels } from '../../alert/replay.ts'

export const check = defineCheck(
  {
    id: 'steady-before',
    scope: 'experiment',
    title: 'the experiment began in a steady state',
    failureTitle: 'the experiment began with the trouble already there',
    why: 'What was broken before the fault cannot be blamed on the fault, and an alert that is already active cannot be seen to start.',
    mend: 'Bring the platform back to a steady state (the condition false, no alert active) and run the experiment again.',
    example: 'the condition already held at 11:59:40',
    needs: ['experiment', 'legs', 'condition', 'alerts'],
    needsInjection: 'no',
  },
  ({ experiment, legs, condition, alerts }) => {
    const begun = [...legs.values()].sort((a, b) => a.beginMs - b.beginMs)
    const untilMs = (legs.get('quiet') ?? legs.get('fire'))?.beginMs ?? Infinity
    const fromMs = begun[0]?.beginMs ?? 0
    const expected = `${experiment.alert} inactive and its condition false until the first leg that disturbs anything`
    const pointers = [condition.seq, ...(begun[0]?.pointers ?? [])]
    const held = condition.series
      .filter((column) => hasLabels(alertLabels(experiment, column.labels), experiment.subject))
      .flatMap((column) => column.timesMs.filter((t) => t >= fromMs && t < untilMs))
    if (held[0] !== undefined)
      return {
        status: 'unknown',
        cause: 'unhealthy-start',
        expected,
        observed: `the condition already held at ${clockTime(held[0])}`,
        pointers,
      }
    for (const history of alerts) {
      if (history.alert !== experiment.alert || !hasLabels(history.labels, experiment.subject)) continue
      const index = history.timesMs.findIndex((t) => t >= fromMs && t < untilMs)
      if (index !== -1)
        return {
          status: 'unknown',
          cause: 'unhealthy-start',
          expected,
          observed: `ALERTS shows it ${history.states[index]} at ${clockTime(history.timesMs[index] ?? 0)}`,
          pointers: [...pointers, ...history.seqs],
        }
    }
    return { status: 'pass', expected, observed: 'inactive, condition false', pointers }
  },
)

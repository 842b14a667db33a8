import { defineCheck } from '../../check.ts'
import { heldAt } from '../../evidence.ts'
import { clockTime } from '../../../text/instant.ts'
import { round } from '../../alert/diagnosis.ts'

export const check = defineCheck(
  {
    id: 'injection-took-hold',
    scope: 'experiment',
    title: 'the trouble was really there',
    failureTitle: 'the trouble was not there',
    why: 'An alert that stays silent proves nothing when its cause never happened. The cause is proven by its own signal, not by the fault tool saying "done".',
    mend: "Look at the fault's or load's own entry in the journal: correct the fault's parameters, the target's address or the load's rate, and run the experiment again.",
    example: 'no value of redis_up == 0 in the fire leg; values from 1 to 1',
    needs: ['experiment', 'legs', 'anchors', 'injection'],
    needsInjection: 'no',
  },
  ({ experiment, legs, anchors, injection }) => {
    const { expr, comparator, threshold, title } = experiment.injection
    const fire = legs.get('fire')
    const fromMs = Math.min(anchors.onFromMs, fire?.beginMs ?? anchors.onFromMs)
    const held = heldAt(injection, experiment).filter((t) => t >= fromMs && t <= anchors.offByMs)
    const expected = `${title}: ${expr} ${comparator} ${threshold} during the fire leg`
    const pointers = [injection.seq, ...(fire?.pointers ?? []), ...anchors.pointers]
    const first = held[0]
    if (first !== undefined)
      return { status: 'pass', expected, observed: `at ${held.length} evaluation(s), first at ${clockTime(first)}`, pointers }
    const values = injection.series.flatMap((column) =>
      column.values.filter((_, index) => (column.timesMs[index] ?? 0) >= fromMs && (column.timesMs[index] ?? 0) <= anchors.offByMs),
    )
    const reached =
      values.length === 0 ? 'no sample of that signal' : `values from ${round(Math.min(...values))} to ${round(Math.max(...values))}`
    return {
      status: 'unknown',
      cause: 'not-injected',
      expected,
      observed: fire?.ended === 'failed' ? `${reached}; the fire leg failed: ${fire.detail ?? 'no detail'}` : reached,
      pointers,
    }
  },
)

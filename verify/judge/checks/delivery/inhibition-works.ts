import { defineCheck } from '../../drill-check.ts'
import { heardAfter, heardFresh, judgeExercises, longestGroupIntervalMs, withRole } from '../../delivery/judge-exercises.ts'
import { seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'inhibition-works',
    scope: 'drill',
    title: 'inhibition suppresses its targets and no other alert',
    failureTitle: 'inhibition differs from the specification',
    why: 'An inhibition that does not match floods the channel in an outage; one that matches too much, or does not end, hides the next alert.',
    mend: 'In alertmanager.yml, correct source_matchers, target_matchers and `equal` of inhibit_rules.',
    example: 'the target was notified while its source was firing',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed', 'health'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, timing, promised, exercises, probed, health }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed, health }
    const expected = `source notified; target suppressed while the source fires, then notified within ${seconds(
      longestGroupIntervalMs(
        hearing,
        exercises.filter((exercise) => exercise.case === 'inhibition'),
      ),
    )} (group_interval); neighbour with another ${[...new Set(spec.routing.inhibitions.flatMap(({ equal }) => equal))].join(', ') || 'label'} notified`
    return judgeExercises(
      exercises,
      (exercise) => exercise.case === 'inhibition',
      expected,
      (exercise) => {
        const source = withRole(exercise, 'source')[0]
        const gone = source?.ended
        if (source === undefined || gone === undefined) return [{ problem: `${exercise.probe}: its source never ended` }]
        return [
          heardFresh(hearing, source),
          ...withRole(exercise, 'neighbour').map((alert) => heardFresh(hearing, alert)),
          ...withRole(exercise, 'target').map((alert) => heardAfter(hearing, alert, gone, 'its source ended')),
        ]
      },
    )
  },
)

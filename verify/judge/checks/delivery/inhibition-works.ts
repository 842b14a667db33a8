import { defineCheck } from '../../check.ts'
import { heardAfter, heardFresh, judgeExercises, longestGroupIntervalMs, withRole } from '../../delivery/probe-alerts.ts'
import { seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'inhibition-works',
    scope: 'drill',
    title: 'inhibition silenced what it should, and nothing else',
    failureTitle: 'inhibition did not do what the specification says',
    why: 'An inhibition that does not bite floods the channel in an outage; one that bites too widely, or that does not let go, hides the next one.',
    mend: 'In alertmanager.yml, correct source_matchers, target_matchers and `equal` of inhibit_rules.',
    example: 'the target was notified while its source was firing',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed'],
    needsInjection: 'no',
  },
  ({ spec, timing, promised, exercises, probed }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed }
    const expected = `source told, target silent while the source fires and told within ${seconds(
      longestGroupIntervalMs(
        hearing,
        exercises.filter((exercise) => exercise.case === 'inhibition'),
      ),
    )} (group_interval) of its end, neighbour with another ${[...new Set(spec.routing.inhibitions.flatMap(({ equal }) => equal))].join(', ') || 'label'} told`
    return judgeExercises(
      exercises,
      (exercise) => exercise.case === 'inhibition',
      expected,
      (exercise) => {
        const source = withRole(exercise, 'source')[0]
        const gone = source?.ended
        if (source === undefined || gone === undefined) return [{ problem: `${exercise.probe}: its source was never ended` }]
        return [
          heardFresh(hearing, source),
          ...withRole(exercise, 'neighbour').map((alert) => heardFresh(hearing, alert)),
          ...withRole(exercise, 'target').map((alert) => heardAfter(hearing, alert, gone, 'its source ended')),
        ]
      },
    )
  },
)

import { defineCheck } from '../../drill-check.ts'
import { heardAfter, heardFresh, judgeExercises, longestGroupIntervalMs, withRole } from '../../delivery/judge-exercises.ts'
import { seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'silence-works',
    scope: 'drill',
    title: 'a silence suppresses its alert as long as it is active',
    failureTitle: 'a silence does not suppress its alert, or suppresses too much',
    why: 'On-call engineers trust silences during maintenance. A silenced alert that is notified pages for nothing; one that stays suppressed afterwards is missed.',
    mend: "Look at Alertmanager's silences (amtool silence query) and at its data folder: it must accept, keep and expire them.",
    example: 'the silenced alert was notified before its silence ended',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed', 'health'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, timing, promised, exercises, probed, health }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed, health }
    const expected = `the silenced alert not notified before the silence expires, and notified within ${seconds(
      longestGroupIntervalMs(
        hearing,
        exercises.filter((exercise) => exercise.case === 'silence'),
      ),
    )} (group_interval) of that; another alert notified at once`
    return judgeExercises(
      exercises,
      (exercise) => exercise.case === 'silence',
      expected,
      (exercise) => {
        const gone = exercise.unsilenced
        if (gone === undefined) return [{ problem: `${exercise.probe}: the silence never expired` }]
        return [
          ...withRole(exercise, 'audible').map((alert) => heardFresh(hearing, alert)),
          ...withRole(exercise, 'silenced').map((alert) => heardAfter(hearing, alert, gone, 'the silence was removed')),
        ]
      },
    )
  },
)

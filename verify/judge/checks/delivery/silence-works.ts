import { defineCheck } from '../../check.ts'
import { heardAfter, heardFresh, judgeExercises, longestGroupIntervalMs, withRole } from '../../delivery/probe-alerts.ts'
import { seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'silence-works',
    scope: 'drill',
    title: 'a silence kept an alert quiet for as long as it lasted',
    failureTitle: 'a silence did not do what it should',
    why: 'Silences are what on-call engineers trust during maintenance: an alert that gets through wakes somebody, one that stays silent afterwards is a blind spot.',
    mend: "Look at Alertmanager's silences (amtool silence query) and at its data folder: it must accept, keep and expire them.",
    example: 'the silenced alert was notified before its silence ended',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed'],
    needsInjection: 'no',
  },
  ({ spec, timing, promised, exercises, probed }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed }
    const expected = `the silenced alert not told before its silence was removed, and told within ${seconds(
      longestGroupIntervalMs(
        hearing,
        exercises.filter((exercise) => exercise.case === 'silence'),
      ),
    )} (group_interval) of that; another alert told all the same`
    return judgeExercises(
      exercises,
      (exercise) => exercise.case === 'silence',
      expected,
      (exercise) => {
        const gone = exercise.unsilenced
        if (gone === undefined) return [{ problem: `${exercise.probe}: the silence was never removed` }]
        return [
          ...withRole(exercise, 'audible').map((alert) => heardFresh(hearing, alert)),
          ...withRole(exercise, 'silenced').map((alert) => heardAfter(hearing, alert, gone, 'the silence was removed')),
        ]
      },
    )
  },
)

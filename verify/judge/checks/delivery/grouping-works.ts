import { promisedFor } from '../../../routing/tree.ts'
import { defineCheck } from '../../drill-check.ts'
import { heardFresh, judgeExercises, nameOf, deliveredOf, withRole } from '../../delivery/judge-exercises.ts'
import type { Said } from '../../delivery/judge-exercises.ts'

export const check = defineCheck(
  {
    id: 'grouping-works',
    scope: 'drill',
    title: 'alerts of one group share a notification, other alerts do not',
    failureTitle: 'alerts were not grouped as specified',
    why: 'group_by decides whether ten alerts are one notification or ten, and whether a second outage hides in the notification of the first.',
    mend: 'In alertmanager.yml, set group_by and group_wait of the route as specified.',
    example: 'two alerts with equal alertname, job arrived in two notifications',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed', 'health'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, timing, promised, exercises, probed, health }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed, health }
    const grouped = exercises.find((exercise) => exercise.case === 'grouping')?.alerts[0]?.labels ?? {}
    const keys = promisedFor(spec.routing, grouped).groupBy.join(', ')
    const expected = `alerts with equal ${keys} in one notification after group_wait, an alert that differs in one of them in its own`
    return judgeExercises(
      exercises,
      (exercise) => exercise.case === 'grouping',
      expected,
      (exercise) => {
        const said: Said[] = exercise.alerts.map((alert) => heardFresh(hearing, alert))
        const messageOf = (alert: (typeof exercise.alerts)[number]): number | undefined => deliveredOf(hearing, alert, 'firing')[0]?.seq
        const [first, ...members] = withRole(exercise, 'member')
        const home = first === undefined ? undefined : messageOf(first)
        for (const member of members) {
          const seq = messageOf(member)
          if (home !== undefined && seq !== undefined && seq !== home)
            said.push({ problem: `two alerts with equal ${keys} came in two notifications`, pointers: [home, seq] })
        }
        const others = withRole(exercise, 'other')
        for (const [index, other] of others.entries()) {
          const seq = messageOf(other)
          if (seq === undefined) continue
          const differs = Object.keys(other.labels)
            .filter((name) => first !== undefined && other.labels[name] !== first.labels[name])
            .join(', ')
          if (seq === home) said.push({ problem: `an alert with another ${differs} came in the same notification`, pointers: [seq] })
          else if (others.slice(0, index).some((earlier) => messageOf(earlier) === seq))
            said.push({
              problem: `two alerts that differ in a group_by label came in one notification (${nameOf(other)})`,
              pointers: [seq],
            })
        }
        return said
      },
    )
  },
)

import { routedTo } from '../../../routing/tree.ts'
import { defineCheck } from '../../drill-check.ts'
import { DELIVERY_LAG_MS } from '../../delivery/arrival.ts'
import { clocksFor, judgeExercises, longestGroupIntervalMs, nameOf, deliveredOf } from '../../delivery/judge-exercises.ts'
import type { Said } from '../../delivery/judge-exercises.ts'
import { clockTime, seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'send-resolved-works',
    scope: 'drill',
    title: 'send_resolved matches the specification',
    failureTitle: 'send_resolved differs from the specification',
    why: 'send_resolved is set per receiver; where it is missing, on-call keeps working on an alert that is over.',
    mend: 'In alertmanager.yml, set send_resolved of each integration as the specification says for its receiver.',
    example: 'default received no resolved notification of an alert that ended at 12:02:15',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed', 'health'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, timing, promised, exercises, probed, health }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed, health }
    const expected = `a resolved notification within ${seconds(longestGroupIntervalMs(hearing, exercises))} (group_interval) of the end, at every receiver that has send_resolved`
    return judgeExercises(
      exercises,
      () => true,
      expected,
      (exercise) =>
        exercise.alerts.map((alert): Said => {
          const name = routedTo(spec.routing, alert.labels)
          const wanted = spec.routing.receivers.find((receiver) => receiver.name === name)?.sendResolved ?? true
          const fired = deliveredOf(hearing, alert, 'firing')[0]
          const [resolved] = deliveredOf(hearing, alert, 'resolved')
          const pointers = [fired, resolved].flatMap((delivered) => (delivered === undefined ? [] : [delivered.seq]))
          if (!wanted)
            return resolved === undefined
              ? { saw: `${name} got no resolved notification, as specified` }
              : { problem: `${name} got a resolved notification of ${nameOf(alert)}, its send_resolved is specified as false`, pointers }
          // Without a firing notification there is no resolved one; that it is missing is another check's finding.
          if (fired === undefined || alert.ended === undefined || fired.arrivedMs > alert.ended.fromMs)
            return { nothing: `${nameOf(alert)} was never notified as firing` }
          const earliestMs = alert.ended.fromMs
          const latestMs = alert.ended.byMs + clocksFor(hearing, alert).groupIntervalMs + DELIVERY_LAG_MS
          const window = { what: 'resolved notified', earliestMs, latestMs, observedMs: resolved?.arrivedMs ?? null }
          if (resolved === undefined)
            return {
              problem: `${name} got no resolved notification of ${nameOf(alert)}, which ended at ${clockTime(earliestMs)}`,
              pointers,
              window,
            }
          if (resolved.arrivedMs < earliestMs || resolved.arrivedMs > latestMs)
            return {
              problem: `${name} got the resolved notification of ${nameOf(alert)} ${seconds(resolved.arrivedMs - earliestMs)} after it`,
              pointers,
              window,
            }
          return { saw: `${nameOf(alert)} resolved notification after ${seconds(resolved.arrivedMs - earliestMs)}`, pointers, window }
        }),
    )
  },
)

import { routedTo } from '../../../routing/tree.ts'
import { defineCheck } from '../../check.ts'
import { DELIVERY_LAG_MS } from '../../delivery/arrival.ts'
import { clocksFor, judgeExercises, longestGroupIntervalMs, nameOf, toldOf } from '../../delivery/probe-alerts.ts'
import type { Said } from '../../delivery/probe-alerts.ts'
import { clockTime, seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'send-resolved-works',
    scope: 'drill',
    title: 'the end of every synthetic alert was told where it should be',
    failureTitle: 'the end of an alert was not told as specified',
    why: 'send_resolved is set receiver by receiver; one that was forgotten leaves people at work on what is over.',
    mend: 'In alertmanager.yml, set send_resolved of each integration as the specification says for its receiver.',
    example: 'default received no resolved notification of an alert that ended at 12:02:15',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed'],
    needsInjection: 'no',
  },
  ({ spec, timing, promised, exercises, probed }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed }
    const expected = `a resolved message within ${seconds(longestGroupIntervalMs(hearing, exercises))} (group_interval) of the end, at every receiver that has send_resolved`
    return judgeExercises(
      exercises,
      () => true,
      expected,
      (exercise) =>
        exercise.alerts.map((alert): Said => {
          const name = routedTo(spec.routing, alert.labels)
          const wanted = spec.routing.receivers.find((receiver) => receiver.name === name)?.sendResolved ?? true
          const fired = toldOf(hearing, alert, 'firing')[0]
          const [resolved] = toldOf(hearing, alert, 'resolved')
          const pointers = [fired, resolved].flatMap((told) => (told === undefined ? [] : [told.seq]))
          if (!wanted)
            return resolved === undefined
              ? { saw: `${name} was not told, as specified` }
              : { problem: `${name} was told of the end of ${nameOf(alert)}, which it should not`, pointers }
          // Of what was never told as firing nothing is told at its end; that it was not told is another check's finding.
          if (fired === undefined || alert.ended === undefined || fired.arrivedMs > alert.ended.fromMs)
            return { nothing: `${nameOf(alert)} was never told as firing` }
          const earliestMs = alert.ended.fromMs
          const latestMs = alert.ended.byMs + clocksFor(hearing, alert).groupIntervalMs + DELIVERY_LAG_MS
          const window = { what: 'resolved told', earliestMs, latestMs, observedMs: resolved?.arrivedMs ?? null }
          if (resolved === undefined)
            return { problem: `${name} was not told that ${nameOf(alert)} ended at ${clockTime(earliestMs)}`, pointers, window }
          if (resolved.arrivedMs < earliestMs || resolved.arrivedMs > latestMs)
            return {
              problem: `${name} was told of the end of ${nameOf(alert)} ${seconds(resolved.arrivedMs - earliestMs)} after it`,
              pointers,
              window,
            }
          return { saw: `${nameOf(alert)} after ${seconds(resolved.arrivedMs - earliestMs)}`, pointers, window }
        }),
    )
  },
)

import { defineCheck } from '../check.ts'
import { DELIVERY_LAG_MS } from '../delivery.ts'
import { heardFresh, judgeExercises, nameOf, toldOf, withRole } from '../delivery-exercise.ts'
import type { Said } from '../delivery-exercise.ts'
import { clockTime, seconds } from '../instant.ts'

export default defineCheck({
  id: 'repeat-works',
  scope: 'drill',
  title: 'an alert that goes on was told again after repeat_interval',
  failureTitle: 'an alert that goes on was not repeated as configured',
  why: 'Too often, and people stop reading; never, and an outage that outlives a shift is forgotten.',
  needs: ['spec', 'timing', 'exercises', 'probed'],
  needsInjection: 'no',
}, ({ spec, timing, exercises, probed }) => {
  const hearing = { spec, timing, probed }
  const { repeatIntervalMs, groupIntervalMs } = timing
  const expected = `told again between ${seconds(repeatIntervalMs)} (repeat_interval) and one group_interval (${seconds(groupIntervalMs)}) later, and not before`
  return judgeExercises(exercises, (exercise) => exercise.case === 'repeat', expected, (exercise) => withRole(exercise, 'repeated').map((alert): Said => {
    const fresh = heardFresh(hearing, alert)
    const told = toldOf(hearing, alert, 'firing')
    const untilMs = alert.ended?.fromMs ?? alert.posted.byMs
    const pointers = told.map(({ seq }) => seq)
    if (fresh.problem !== undefined) return fresh
    for (const [index, { arrivedMs }] of told.entries()) {
      // Alertmanager counts from when the message was accepted, which is after it arrived here: strictly longer (notify/notify.go DedupStage).
      const earliestMs = arrivedMs + repeatIntervalMs
      const latestMs = earliestMs + groupIntervalMs + DELIVERY_LAG_MS
      const next = told[index + 1]
      const window = { what: 'told again', earliestMs, latestMs, observedMs: next?.arrivedMs ?? null }
      if (next === undefined && latestMs <= untilMs) return { problem: `${nameOf(alert)} was not told again by ${clockTime(latestMs)}`, pointers, window }
      if (next !== undefined && next.arrivedMs < earliestMs) return { problem: `${nameOf(alert)} was told again after ${seconds(next.arrivedMs - arrivedMs)}`, pointers, window }
      if (next !== undefined && next.arrivedMs > latestMs) return { problem: `${nameOf(alert)} was told again only after ${seconds(next.arrivedMs - arrivedMs)}`, pointers, window }
    }
    if (told.length < 2) return { nothing: `repeat_interval is ${seconds(repeatIntervalMs)}, longer than this drill can wait; in ${seconds(untilMs - (told[0]?.arrivedMs ?? untilMs))} it was not repeated`, pointers }
    return { saw: `told ${told.length} times, the second ${seconds((told[1]?.arrivedMs ?? 0) - (told[0]?.arrivedMs ?? 0))} after the first`, pointers }
  }))
})

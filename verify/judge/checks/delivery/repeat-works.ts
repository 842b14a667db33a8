import { defineCheck } from '../../drill-check.ts'
import { DELIVERY_LAG_MS } from '../../delivery/arrival.ts'
import { clocksFor, heardFresh, judgeExercises, nameOf, deliveredOf, withRole } from '../../delivery/judge-exercises.ts'
import type { Said } from '../../delivery/judge-exercises.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { formatLabels, labelKey, withoutLabels } from '../../../promql/labels.ts'
import type { Notified } from '../../record/recorder.ts'
import { fail } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'repeat-works',
    scope: 'drill',
    title: 'a firing alert is re-notified after repeat_interval and not before',
    failureTitle: 'a firing alert is not re-notified as specified',
    why: 'Re-notified too often, alerts are ignored; never, and an outage that outlasts a shift is forgotten.',
    mend: 'In alertmanager.yml, set repeat_interval as specified and lead one route and one integration to each receiver. Connect two Alertmanagers by --cluster.peer.',
    example: 'critical received the same notification again after 2 s',
    needs: ['spec', 'timing', 'promised', 'exercises', 'probed', 'health', 'notified'],
    needsInjection: 'no',
    slowMachine: 'excuses',
  },
  ({ spec, timing, promised, exercises, probed, health, notified }) => {
    const hearing = { spec, timing: promised?.timing ?? timing, probed, health }
    const repeated = exercises.find((exercise) => exercise.case === 'repeat')?.alerts[0]
    const { repeatIntervalMs, groupIntervalMs } = repeated === undefined ? timing : clocksFor(hearing, repeated)
    const expected = `re-notified ${seconds(repeatIntervalMs)} (repeat_interval) after the first notification, at most one group_interval (${seconds(groupIntervalMs)}) later`
    const exercised = judgeExercises(
      exercises,
      (exercise) => exercise.case === 'repeat',
      expected,
      (exercise) =>
        withRole(exercise, 'repeated').map((alert): Said => {
          const fresh = heardFresh(hearing, alert)
          const delivered = deliveredOf(hearing, alert, 'firing')
          const untilMs = alert.ended?.fromMs ?? alert.posted.byMs
          const pointers = delivered.map(({ seq }) => seq)
          if (fresh.problem !== undefined) return fresh
          for (const [index, { arrivedMs }] of delivered.entries()) {
            // Alertmanager counts from when the message was accepted, which is after it arrived here: strictly longer (notify/notify.go
            // DedupStage).
            const earliestMs = arrivedMs + repeatIntervalMs
            const latestMs = earliestMs + groupIntervalMs + DELIVERY_LAG_MS
            const next = delivered[index + 1]
            const window = { what: 're-notified', earliestMs, latestMs, observedMs: next?.arrivedMs ?? null }
            if (next === undefined && latestMs <= untilMs)
              return { problem: `${nameOf(alert)} was not re-notified by ${clockTime(latestMs)}`, pointers, window }
            if (next !== undefined && next.arrivedMs < earliestMs)
              return { problem: `${nameOf(alert)} was re-notified after ${seconds(next.arrivedMs - arrivedMs)}`, pointers, window }
            if (next !== undefined && next.arrivedMs > latestMs)
              return { problem: `${nameOf(alert)} was re-notified only after ${seconds(next.arrivedMs - arrivedMs)}`, pointers, window }
          }
          if (delivered.length < 2)
            return {
              nothing: `repeat_interval is ${seconds(repeatIntervalMs)}, longer than this drill; no re-notification in ${seconds(untilMs - (delivered[0]?.arrivedMs ?? untilMs))}`,
              pointers,
            }
          return {
            saw: `${nameOf(alert)} notified ${delivered.length} times, the second ${seconds((delivered[1]?.arrivedMs ?? 0) - (delivered[0]?.arrivedMs ?? 0))} after the first`,
            pointers,
          }
        }),
    )
    if (exercised.status === 'fail') return exercised
    const twice = sentTwice([...notified, ...probed], repeatIntervalMs)
    if (twice !== undefined) {
      const [first, again] = twice
      return fail(
        expected,
        `${again.receiver} got the same notification again after ${seconds(again.arrivedMs - first.arrivedMs)}: ${textOf(first)}`,
        [first.seq, again.seq],
        {
          diagnosis:
            'Look at alertmanager.yml: two routes or webhook_configs lead to this receiver, or repeat_interval is too short. Or two Alertmanagers do not know of one another (cluster.peer).',
        },
      )
    }
    return exercised
  },
)

/** One message. */
interface Post {
  seq: number
  arrivedMs: number
  receiver: string
  alerts: readonly Notified[]
  /** The same in one that says the same. */
  key: string
}

/**
 * Two messages running of one group to one receiver that say the same, closer together than a repetition: Alertmanager sends only what
 * changed (notify/notify.go DedupStage).
 */
function sentTwice(all: readonly Notified[], repeatIntervalMs: number): [Post, Post] | undefined {
  const last = new Map<string, Post>()
  for (const alerts of [...Map.groupBy(all, ({ seq }) => seq).values()].sort((a, b) => arrivalOf(a) - arrivalOf(b))) {
    const [first] = alerts
    if (first === undefined) continue
    const { seq, arrivedMs, receiver, groupLabels } = first
    // One that came back after an end without a notification is another.
    const key = alerts.map(({ status, startsAtMs, labels }) => `${status} ${startsAtMs ?? ''} ${labelKey(labels)}`)
    const now = { seq, arrivedMs, receiver, alerts, key: key.sort().join('\n') }
    const group = `${receiver}\n${labelKey(groupLabels)}`
    const before = last.get(group)
    if (before?.key === now.key && arrivedMs - before.arrivedMs < repeatIntervalMs) return [before, now]
    last.set(group, now)
  }
  return undefined
}

function arrivalOf([first]: readonly Notified[]): number {
  return first?.arrivedMs ?? NaN
}

/** What a message says, alert by alert. */
function textOf({ alerts }: Post): string {
  return alerts
    .map(({ labels, status }) => `${labels['alertname'] ?? 'an alert'}${formatLabels(withoutLabels(labels, ['alertname']))} ${status}`)
    .sort()
    .join(', ')
}

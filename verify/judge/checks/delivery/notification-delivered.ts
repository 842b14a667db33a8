import { deliveryOf } from '../../../routing/delivery.ts'
import { defineCheck } from '../../drill-check.ts'
import { DELIVERY_LAG_MS, GHOST_GROUP_MS, firedEpisode, inhibitor, lostPostMs, ownNotifications } from '../../delivery/arrival.ts'
import { atEachReceiver } from '../../delivery/each-receiver.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { firstHeardMs } from '../../record/by-name.ts'
import { fail, pass, unknown } from '../../finding.ts'
import type { EvidenceMap, Finding } from '../../drill-check.ts'

export const check = defineCheck(
  {
    id: 'notification-delivered',
    scope: 'experiment',
    title: 'the notification arrived at its receiver in time',
    failureTitle: 'the notification did not arrive at its receiver in time',
    why: 'A firing alert without a notification pages no one. The notification must arrive at the specified receiver after group_wait with the startsAt that Prometheus recorded.',
    mend: "Correct the first broken link: alerting in prometheus.yml, route and receiver in alertmanager.yml, or the receiver's address.",
    example: 'no notification arrived at any receiver; startsAt was 12:00:45',
    needs: ['experiment', 'spec', 'timing', 'promised', 'legs', 'subject', 'replays', 'alerts', 'notified', 'health'],
    needsInjection: 'both',
    slowMachine: 'excuses',
    diagnose: true,
  },
  (evidence) => atEachReceiver(evidence.experiment, (receiver) => arrivedAt(receiver, evidence)),
)

type Evidence = Pick<
  EvidenceMap,
  'experiment' | 'spec' | 'timing' | 'promised' | 'legs' | 'subject' | 'replays' | 'alerts' | 'notified' | 'health'
>

function arrivedAt(
  receiver: string,
  { experiment, spec, timing, promised, legs, subject, replays, alerts, notified, health }: Evidence,
): Finding {
  const episode = firedEpisode(subject)
  if (episode === undefined)
    return unknown('evidence-missing', `a notification at ${receiver}`, 'the alert never fired, so there was no notification to send', [], {
      follows: ['alert-fired'],
    })
  const startsAtMs = episode.firingAtMs
  const own = ownNotifications(notified, experiment, legs, subject).filter((alert) => alert.status === 'firing')
  const arrived = own.find((alert) => alert.receiver === receiver)

  const { groupWaitMs, groupIntervalMs } = deliveryOf(promised?.timing ?? timing, episode.history.labels, receiver)
  // A group that may already exist delivers at its next tick instead of after group_wait.
  const heardBefore = firstHeardMs(notified, receiver, arrived?.groupLabels ?? {}) < startsAtMs
  const fresh = !heardBefore && startsAtMs - episode.activeAtMs > GHOST_GROUP_MS
  const lostMs = lostPostMs(
    health,
    timing,
    subject.stepMs,
    replays.find((replay) => replay.history === episode.history),
    startsAtMs,
  )
  const earliestMs = startsAtMs + (fresh ? groupWaitMs : 0)
  const latestMs = startsAtMs + (fresh ? groupWaitMs : Math.max(groupWaitMs, groupIntervalMs)) + lostMs + DELIVERY_LAG_MS
  const expected = `a notification at ${receiver} between ${clockTime(earliestMs)} and ${clockTime(latestMs)} (group_wait ${seconds(groupWaitMs)}), startsAt ${clockTime(startsAtMs)}`
  const window = { what: 'notified', earliestMs, latestMs, observedMs: arrived?.arrivedMs ?? null, sinceMs: startsAtMs }
  const pointers = [...episode.history.seqs, ...new Set(own.map((alert) => alert.seq))]

  if (arrived === undefined) {
    const source = inhibitor(spec, alerts, episode.history.labels, startsAtMs, episode.endedMs ?? subject.untilMs, subject.stepMs)
    if (source !== undefined)
      return pass(`no notification: ${source.alert} inhibits the alert`, `no notification, inhibited by ${source.alert}`, [
        ...pointers,
        ...source.seqs,
      ])
    // Resolved inside group_wait: Alertmanager rightly says nothing (dedup: nothing fires and nothing was sent).
    if (episode.endedMs !== null && episode.endedMs <= startsAtMs + groupWaitMs)
      return unknown(
        'evidence-missing',
        expected,
        'the alert resolved within group_wait, so Alertmanager sends no notification',
        pointers,
        { window },
      )
    const elsewhere = [...new Set(own.map((alert) => alert.receiver))]
    return fail(
      expected,
      elsewhere.length > 0 ? `no notification at ${receiver}, but at ${elsewhere.join(', ')}` : 'no notification at any receiver',
      pointers,
      { window },
    )
  }
  const observed = `notification at ${receiver} at ${clockTime(arrived.arrivedMs)}, ${seconds(arrived.arrivedMs - startsAtMs)} after startsAt`
  if (arrived.startsAtMs === undefined || Math.abs(arrived.startsAtMs - startsAtMs) > 1) {
    return fail(
      expected,
      `${observed}, but its startsAt is ${arrived.startsAtMs === undefined ? 'unreadable' : clockTime(arrived.startsAtMs)}`,
      pointers,
      { window },
    )
  }
  if (arrived.arrivedMs < earliestMs)
    return fail(expected, `${observed}: ${seconds(earliestMs - arrived.arrivedMs)} too early`, pointers, { window })
  if (arrived.arrivedMs > latestMs)
    return fail(expected, `${observed}: ${seconds(arrived.arrivedMs - latestMs)} too late`, pointers, { window })
  return pass(expected, observed, pointers, { window })
}

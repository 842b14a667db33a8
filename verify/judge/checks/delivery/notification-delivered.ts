import { deliveryOf } from '../../../routing/delivery.ts'
import { defineCheck } from '../../check.ts'
import { DELIVERY_LAG_MS, GHOST_GROUP_MS, firedEpisode, inhibitor, lostPostMs, ownNotifications } from '../../delivery/arrival.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { labelKey } from '../../../promql/labels.ts'

export const check = defineCheck(
  {
    id: 'notification-delivered',
    scope: 'experiment',
    title: 'the notification reached its receiver in time',
    failureTitle: 'the notification did not reach its receiver in time',
    why: 'An alert that nobody receives has not fired. The message must arrive at the specified receiver after group_wait, and carry the startsAt that Prometheus recorded.',
    mend: "Follow the verdict's diagnosis: alerting in prometheus.yml, route and receiver in alertmanager.yml, or the receiver's address.",
    example: 'no notification arrived at any receiver; startsAt was 12:00:45',
    needs: ['experiment', 'spec', 'timing', 'promised', 'legs', 'subject', 'replays', 'alerts', 'notified', 'health'],
    needsInjection: 'both',
    diagnose: true,
  },
  ({ experiment, spec, timing, promised, legs, subject, replays, alerts, notified, health }) => {
    const episode = firedEpisode(subject)
    const fromMs = legs.get('fire')?.beginMs ?? 0
    if (episode === undefined)
      return {
        status: 'unknown',
        cause: 'evidence-missing',
        follows: ['alert-fired'],
        expected: `a message at ${experiment.receiver}`,
        observed: 'it never fired, so there was nothing to deliver',
        pointers: [],
      }
    const startsAtMs = episode.firingAtMs
    const own = ownNotifications(notified, experiment, fromMs).filter((alert) => alert.status === 'firing')
    const arrived = own.find((alert) => alert.receiver === experiment.receiver)

    const { groupWaitMs, groupIntervalMs } = deliveryOf(promised?.timing ?? timing, episode.history.labels, experiment.receiver)
    // A group that may already exist delivers at its next tick instead of after group_wait.
    const group = labelKey(arrived?.groupLabels ?? {})
    const heardBefore = notified.some(
      (alert) => alert.receiver === experiment.receiver && labelKey(alert.groupLabels) === group && alert.arrivedMs < startsAtMs,
    )
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
    const expected = `a message at ${experiment.receiver} between ${clockTime(earliestMs)} and ${clockTime(latestMs)} (group_wait ${seconds(groupWaitMs)}), startsAt ${clockTime(startsAtMs)}`
    const window = { what: 'notified', earliestMs, latestMs, observedMs: arrived?.arrivedMs ?? null }
    const pointers = [...episode.history.seqs, ...new Set(own.map((alert) => alert.seq))]

    if (arrived === undefined) {
      const source = inhibitor(spec, alerts, episode.history.labels, startsAtMs, episode.endedMs ?? subject.untilMs, subject.stepMs)
      if (source !== undefined)
        return {
          status: 'pass',
          expected: `no message: ${source.alert} inhibits it`,
          observed: 'no message',
          pointers: [...pointers, ...source.seqs],
        }
      // Resolved inside group_wait: Alertmanager rightly says nothing (dedup: nothing fires and nothing was sent).
      if (episode.endedMs !== null && episode.endedMs <= startsAtMs + groupWaitMs)
        return {
          status: 'unknown',
          cause: 'evidence-missing',
          expected,
          observed: 'it resolved inside group_wait, so no message is sent',
          pointers,
          window,
        }
      const elsewhere = [...new Set(own.map((alert) => alert.receiver))]
      return {
        status: 'fail',
        expected,
        observed: elsewhere.length > 0 ? `arrived at ${elsewhere.join(', ')} instead` : 'no message arrived anywhere',
        pointers,
        window,
      }
    }
    const observed = `arrived ${clockTime(arrived.arrivedMs)}, ${seconds(arrived.arrivedMs - startsAtMs)} after startsAt`
    if (arrived.startsAtMs === undefined || Math.abs(arrived.startsAtMs - startsAtMs) > 1) {
      return {
        status: 'fail',
        expected,
        observed: `${observed}, but says startsAt ${arrived.startsAtMs === undefined ? 'nothing readable' : clockTime(arrived.startsAtMs)}`,
        pointers,
        window,
      }
    }
    if (arrived.arrivedMs < earliestMs)
      return { status: 'fail', expected, observed: `${observed}: ${seconds(earliestMs - arrived.arrivedMs)} too early`, pointers, window }
    if (arrived.arrivedMs > latestMs)
      return { status: 'fail', expected, observed: `${observed}: ${seconds(arrived.arrivedMs - latestMs)} too late`, pointers, window }
    return { status: 'pass', expected, observed, pointers, window }
  },
)

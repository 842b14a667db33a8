import { deliveryOf } from '../../../routing/delivery.ts'
import { defineCheck } from '../../check.ts'
import { DELIVERY_LAG_MS, firedEpisode, lostPostMs, ownNotifications } from '../../delivery/arrival.ts'
import { possibleEndings } from '../../alert/replay.ts'
import { clockTime, seconds } from '../../../text/instant.ts'

export const check = defineCheck(
  {
    id: 'resolved-notified',
    scope: 'experiment',
    title: 'the resolved notification arrived at its receiver in time',
    failureTitle: 'the resolved notification did not arrive at its receiver in time',
    why: "Without it on-call keeps looking for a fault that is gone. Alertmanager sends it at the group's next flush after endsAt, at most group_interval later.",
    mend: 'In alertmanager.yml, set send_resolved: true for the integration of the receiver, and group_interval as specified.',
    example: 'no resolved notification at critical; endsAt was 12:02:15',
    needs: ['experiment', 'spec', 'timing', 'promised', 'legs', 'subject', 'replays', 'notified', 'health'],
    needsInjection: 'both',
  },
  ({ experiment, spec, timing, promised, legs, subject, replays, notified, health }) => {
    const receiver = spec.routing.receivers.find((candidate) => candidate.name === experiment.receiver)
    const episode = firedEpisode(subject)
    const own = ownNotifications(notified, experiment, legs.get('fire')?.beginMs ?? 0).filter(
      (alert) => alert.receiver === experiment.receiver,
    )
    if (receiver?.sendResolved === false) {
      const unasked = own.find((alert) => alert.status === 'resolved')
      if (unasked !== undefined)
        return {
          status: 'fail',
          expected: 'no resolved notification',
          observed: `${experiment.receiver} got a resolved notification at ${clockTime(unasked.arrivedMs)}`,
          pointers: [unasked.seq],
        }
      return {
        status: 'skipped',
        expected: 'no resolved notification',
        observed: `${experiment.receiver} has send_resolved: false`,
        pointers: [],
      }
    }
    const fired = own.find((alert) => alert.status === 'firing')
    const { groupIntervalMs } = deliveryOf(
      promised?.timing ?? timing,
      episode?.history.labels ?? { alertname: experiment.alert, ...experiment.labels, ...experiment.subject },
      experiment.receiver,
    )
    const expected = `a resolved notification at ${experiment.receiver} within ${seconds(groupIntervalMs)} (group_interval) of endsAt`
    if (episode === undefined || episode.endedMs === null)
      return {
        status: 'unknown',
        cause: 'evidence-missing',
        follows: ['alert-fired', 'alert-resolved'],
        expected,
        observed: episode === undefined ? 'the alert never fired' : 'the alert never resolved',
        pointers: [],
      }
    // Alertmanager says nothing about the end of what it never announced.
    if (fired === undefined)
      return {
        status: 'unknown',
        cause: 'evidence-missing',
        follows: ['alert-fired', 'notification-delivered'],
        expected,
        observed: `${experiment.receiver} got no firing notification`,
        pointers: [],
      }
    const endsAtMs = episode.endedMs
    const replay = replays.find((candidate) => candidate.history === episode.history)
    const endings = possibleEndings(endsAtMs, replay, subject.stepMs)
    const earliestMs = endsAtMs
    const latestMs = Math.max(...endings) + groupIntervalMs + DELIVERY_LAG_MS + lostPostMs(health, timing, subject.stepMs, replay, endsAtMs)
    const arrived = own.find((alert) => alert.status === 'resolved' && alert.arrivedMs >= fired.arrivedMs)
    const window = { what: 'resolved notified', earliestMs, latestMs, observedMs: arrived?.arrivedMs ?? null }
    const pointers = [...episode.history.seqs, fired.seq, ...(arrived === undefined ? [] : [arrived.seq])]
    if (arrived === undefined)
      return {
        status: 'fail',
        expected,
        observed: `no resolved notification at ${experiment.receiver}; endsAt was ${clockTime(endsAtMs)}`,
        pointers,
        window,
      }
    const observed = `resolved notification at ${experiment.receiver} at ${clockTime(arrived.arrivedMs)}, ${seconds(arrived.arrivedMs - endsAtMs)} after endsAt`
    const said = arrived.endsAtMs
    if (said === undefined || !endings.some((atMs) => Math.abs(said - atMs) <= 1))
      return {
        status: 'fail',
        expected: `${expected}, endsAt ${clockTime(endsAtMs)}`,
        observed: `${observed}, but its endsAt is ${said === undefined ? 'unreadable' : clockTime(said)}`,
        pointers,
        window,
      }
    if (arrived.startsAtMs === undefined || Math.abs(arrived.startsAtMs - episode.firingAtMs) > 1)
      return {
        status: 'fail',
        expected: `${expected}, startsAt ${clockTime(episode.firingAtMs)}`,
        observed: `${observed}, but its startsAt is ${arrived.startsAtMs === undefined ? 'unreadable' : clockTime(arrived.startsAtMs)}`,
        pointers,
        window,
      }
    if (arrived.arrivedMs < earliestMs)
      return { status: 'fail', expected, observed: `${observed}: before the alert ended`, pointers, window }
    if (arrived.arrivedMs > latestMs)
      return { status: 'fail', expected, observed: `${observed}: ${seconds(arrived.arrivedMs - latestMs)} too late`, pointers, window }
    return { status: 'pass', expected, observed, pointers, window }
  },
)

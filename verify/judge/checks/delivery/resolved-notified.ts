import { deliveryOf } from '../../../routing/delivery.ts'
import { defineCheck } from '../../drill-check.ts'
import { DELIVERY_LAG_MS, firedEpisode, lostPostMs, ownNotifications } from '../../delivery/arrival.ts'
import { atEachReceiver } from '../../delivery/each-receiver.ts'
import { possibleEndings } from '../../alert/replay.ts'
import { clockTime, seconds } from '../../../text/instant.ts'
import { fail, pass, skip, unknown } from '../../finding.ts'
import type { EvidenceMap, Finding } from '../../drill-check.ts'

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
    slowMachine: 'excuses',
  },
  (evidence) => atEachReceiver(evidence.experiment, (receiver) => resolvedAt(receiver, evidence)),
)

type Evidence = Pick<EvidenceMap, 'experiment' | 'spec' | 'timing' | 'promised' | 'legs' | 'subject' | 'replays' | 'notified' | 'health'>

function resolvedAt(receiver: string, { experiment, spec, timing, promised, legs, subject, replays, notified, health }: Evidence): Finding {
  const wanted = spec.routing.receivers.find((candidate) => candidate.name === receiver)?.sendResolved !== false
  const episode = firedEpisode(subject)
  const own = ownNotifications(notified, experiment, legs, subject).filter((alert) => alert.receiver === receiver)
  if (!wanted) {
    const unasked = own.find((alert) => alert.status === 'resolved')
    if (unasked !== undefined)
      return fail('no resolved notification', `${receiver} got a resolved notification at ${clockTime(unasked.arrivedMs)}`, [unasked.seq])
    return skip('no resolved notification', `${receiver} has send_resolved: false`)
  }
  const fired = own.find((alert) => alert.status === 'firing')
  const { groupIntervalMs } = deliveryOf(
    promised?.timing ?? timing,
    episode?.history.labels ?? { alertname: experiment.alert, ...experiment.labels, ...experiment.subject },
    receiver,
  )
  const expected = `a resolved notification at ${receiver} within ${seconds(groupIntervalMs)} (group_interval) of endsAt`
  if (episode === undefined || episode.endedMs === null)
    return unknown('evidence-missing', expected, episode === undefined ? 'the alert never fired' : 'the alert never resolved', [], {
      follows: ['alert-fired', 'alert-resolved'],
    })
  // Alertmanager says nothing about the end of what it never announced.
  if (fired === undefined)
    return unknown('evidence-missing', expected, `${receiver} got no firing notification`, [], {
      follows: ['alert-fired', 'notification-delivered'],
    })
  const endsAtMs = episode.endedMs
  const replay = replays.find((candidate) => candidate.history === episode.history)
  const endings = possibleEndings(endsAtMs, replay, subject.stepMs)
  const earliestMs = endsAtMs
  const latestMs = Math.max(...endings) + groupIntervalMs + DELIVERY_LAG_MS + lostPostMs(health, timing, subject.stepMs, replay, endsAtMs)
  const arrived = own.find((alert) => alert.status === 'resolved' && alert.arrivedMs >= fired.arrivedMs)
  const window = { what: 'resolved notified', earliestMs, latestMs, observedMs: arrived?.arrivedMs ?? null }
  const pointers = [...episode.history.seqs, fired.seq, ...(arrived === undefined ? [] : [arrived.seq])]
  if (arrived === undefined)
    return fail(expected, `no resolved notification at ${receiver}; endsAt was ${clockTime(endsAtMs)}`, pointers, { window })
  const observed = `resolved notification at ${receiver} at ${clockTime(arrived.arrivedMs)}, ${seconds(arrived.arrivedMs - endsAtMs)} after endsAt`
  const said = arrived.endsAtMs
  if (said === undefined || !endings.some((atMs) => Math.abs(said - atMs) <= 1))
    return fail(
      `${expected}, endsAt ${clockTime(endsAtMs)}`,
      `${observed}, but its endsAt is ${said === undefined ? 'unreadable' : clockTime(said)}`,
      pointers,
      { window },
    )
  if (arrived.startsAtMs === undefined || Math.abs(arrived.startsAtMs - episode.firingAtMs) > 1)
    return fail(
      `${expected}, startsAt ${clockTime(episode.firingAtMs)}`,
      `${observed}, but its startsAt is ${arrived.startsAtMs === undefined ? 'unreadable' : clockTime(arrived.startsAtMs)}`,
      pointers,
      { window },
    )
  if (arrived.arrivedMs < earliestMs) return fail(expected, `${observed}: before the alert ended`, pointers, { window })
  if (arrived.arrivedMs > latestMs)
    return fail(expected, `${observed}: ${seconds(arrived.arrivedMs - latestMs)} too late`, pointers, { window })
  return pass(expected, observed, pointers, { window })
}

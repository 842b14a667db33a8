import { remembered } from '../../../text/remembered.ts'
import type { Notified } from '../../record/recorder.ts'
import { sentOf } from '../../../routing/delivery.ts'
import { defineCheck } from '../../drill-check.ts'
import { firedEpisode, ownNotifications } from '../../delivery/arrival.ts'
import { formatLabels, labelDifference, withoutLabels } from '../../../promql/labels.ts'
import { fail, pass, unknown } from '../../finding.ts'

export const check = defineCheck(
  {
    id: 'labels-exact',
    scope: 'experiment',
    title: 'the alert has exactly the specified labels',
    failureTitle: 'the labels of the alert differ from the specification',
    why: 'Routes, group_by, inhibition and silences match labels; one label too many or a wrong severity changes the receiver.',
    mend: 'In the rule file, set exactly the specified labels; in prometheus.yml, take out the alert_relabel_configs step that changes them.',
    example: 'in ALERTS: severity is "warning" instead of "critical"',
    needs: ['experiment', 'timing', 'legs', 'subject', 'replays', 'notified'],
    needsInjection: 'both',
    slowMachine: 'no-excuse',
  },
  ({ experiment, timing, legs, subject, replays, notified }) => {
    const episode = firedEpisode(subject) ?? subject.episodes[0]
    if (episode === undefined)
      return unknown('evidence-missing', 'labels of the series and of the rule', 'no alert: it was never active', [], {
        follows: ['alert-fired'],
      })
    const replay = replays.find((candidate) => candidate.history === episode.history)
    // A history that belongs to no series of the specification's expression is judged by what is sure: the subject and the rule's own
    // labels.
    const wanted =
      replay?.labels !== undefined && replay.labels !== episode.history.labels
        ? replay.labels
        : { ...episode.history.labels, ...experiment.subject, ...experiment.labels, alertname: experiment.alert }
    const expected = formatLabels(wanted)
    const difference = labelDifference(wanted, episode.history.labels)
    if (difference !== '') return fail(expected, `in ALERTS: ${difference}`, episode.history.seqs)
    const own = ownNotifications(notified, experiment, legs, subject)
    const known = new Set(Object.keys(episode.history.labels))
    const external = onEveryMessage(notified).filter((name) => !known.has(name))
    const sent = sentOf(timing, wanted)
    for (const alert of own) {
      const way = sent.find(({ labels }) => labelDifference(labels, alert.labels) === '')
      const added = way === undefined ? external : Object.keys(way.labels).filter((name) => wanted[name] === undefined)
      const inMessage = labelDifference(wanted, withoutLabels(alert.labels, added))
      if (inMessage !== '')
        return fail(
          expected,
          `in the notification: ${inMessage}${way === undefined ? '' : ' (alert_relabel_configs of prometheus.yml make it so)'}`,
          [...episode.history.seqs, alert.seq],
        )
    }
    return pass(
      expected,
      `${formatLabels(wanted)} in ALERTS and in ${own.length} notifications${external.length > 0 ? `; external labels ${external.join(', ')}` : ''}`,
      [...episode.history.seqs, ...new Set(own.map((alert) => alert.seq))],
    )
  },
)

/**
 * Prometheus adds external_labels to everything it sends: the same pair on every alert of the run, and in no ALERTS series, which the
 * caller knows. Asked for by every experiment.
 */
const onEveryMessage = remembered((notified: readonly Notified[]): string[] => {
  const [first] = notified
  // One message alone cannot show what is on every message.
  if (first === undefined || new Set(notified.map(({ labels }) => labels['alertname'])).size < 2) return []
  return Object.entries(first.labels)
    .filter(([name, value]) => notified.every(({ labels }) => labels[name] === value))
    .map(([name]) => name)
})

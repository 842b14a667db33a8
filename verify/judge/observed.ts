import type { PlannedExperiment } from '../model/plan.ts'
import type { Labels } from '../model/spec.ts'
import { hasLabels } from '../promql/labels.ts'
import { clockTime } from '../text/instant.ts'
import { round } from './alert/diagnosis.ts'
import { alertLabels } from './alert/replay.ts'
import { firedEpisode } from './delivery/arrival.ts'
import type { Check, Finding, Leg } from './drill-check.ts'
import { legsOf, type EvidenceRoom } from './evidence-room.ts'
import type { RunRecord } from './record/recorder.ts'

/** What a rule is asked that nothing was done to, and the drill as a whole. */
const ASKED: ReadonlySet<string> = new Set([
  'rule-as-specified',
  'oracle-replay',
  'evidence-continuous',
  'labels-exact',
  'annotations-exact',
  'notification-delivered',
  'no-other-receiver',
  'grouped-as-specified',
  'resolved-notified',
  'timing-as-specified',
])

/** Whether an observation, which injects nothing, is asked this. */
export function askedOfObservation({ meta }: Check): boolean {
  return ASKED.has(meta.id)
}

/**
 * What a check says of a rule that was observed and not drilled: what needs an alert is judged where one fired by itself, and skipped where
 * none did.
 */
export function observed(room: EvidenceRoom, experiment: PlannedExperiment, { meta }: Check, finding: Finding): Finding {
  const leg = legsOf(room.run, experiment.id).get('observe')
  if (leg === undefined) return finding
  if (meta.id === 'oracle-replay') return replayed(room, experiment, leg, finding)
  if (!NEEDS_ALERT.has(meta.id)) return finding
  const episode = firedEpisode(room.ask('subject') ?? { episodes: [], stepMs: 0, untilMs: 0 })
  if (episode === undefined) return notJudged(finding, 'the alert did not fire while it was observed')
  const stepMs = room.ask('subject')?.stepMs ?? 0
  if (ABOUT_ITS_TIME.has(meta.id) && episode.firingAtMs < leg.beginMs + stepMs)
    return notJudged(finding, `the alert was firing before the observation began at ${clockTime(leg.beginMs)}`)
  if (finding.status === 'unknown' && (finding.cause === 'evidence-missing' || finding.follows !== undefined))
    return notJudged(finding, finding.observed)
  return ABOUT_ITS_TIME.has(meta.id) && finding.status === 'fail' ? undelivered(room, leg, episode.history.labels, finding) : finding
}

const NEEDS_ALERT: ReadonlySet<string> = new Set([
  'labels-exact',
  'annotations-exact',
  'notification-delivered',
  'no-other-receiver',
  'grouped-as-specified',
  'resolved-notified',
])
const ABOUT_ITS_TIME: ReadonlySet<string> = new Set(['notification-delivered', 'resolved-notified'])

function notJudged({ expected, pointers }: Finding, why: string): Finding {
  return { status: 'skipped', expected, observed: `not judged: ${why}`, pointers }
}

/** A notification that did not arrive in time: by whose doing, as far as an observation can tell. */
function undelivered(room: EvidenceRoom, leg: Leg, labels: Labels, finding: Finding): Finding {
  const { window } = finding
  if (window === undefined || window.observedMs !== null) return finding
  if (window.latestMs > leg.endMs)
    return notJudged(finding, `the observation ended at ${clockTime(leg.endMs)}, before the notification had to arrive`)
  const by = suppressedBy(room.run, labels)
  if (by !== undefined) return { ...notJudged(finding, `Alertmanager suppresses it: ${by.text}`), pointers: [...finding.pointers, by.seq] }
  if (room.run.notified.length > 0) return finding
  const { diagnosis: _, part: __, ...rest } = finding
  return {
    ...rest,
    status: 'unknown',
    cause: 'evidence-missing',
    observed: `${finding.observed}. But no notification of any alert arrived, and an observation does not try the way from Alertmanager to the drill`,
  }
}

/** By a silence or an inhibition rule, as Alertmanager's API said while it was asked. */
function suppressedBy(run: RunRecord, labels: Labels): { text: string; seq: number } | undefined {
  for (const { what, body, seq } of run.alertmanager) {
    if (what !== 'alerts' || !Array.isArray(body)) continue
    for (const alert of body as Partial<{ labels: Labels; status: { state: string; silencedBy?: string[]; inhibitedBy?: string[] } }>[]) {
      const { status } = alert
      if (status?.state !== 'suppressed' || !hasLabels(alert.labels ?? {}, labels)) continue
      const [silence] = status.silencedBy ?? []
      return { text: silence === undefined ? `inhibited by ${status.inhibitedBy?.join(', ') ?? '?'}` : `silence ${silence}`, seq }
    }
  }
  return undefined
}

/** A rule whose condition was never true and whose alert was never active kept its promise, where its value was seen. */
function replayed(room: EvidenceRoom, experiment: PlannedExperiment, leg: Leg, finding: Finding): Finding {
  const replays = room.ask('replays')
  if (finding.status === 'pass' && replays?.every(({ result }) => result.compared === 0) === true)
    return notJudged(finding, 'the alert was active all the time, so its begin lies before the observation')
  if (finding.status !== 'unknown' || replays?.length !== 0) return finding
  const value = room.ask('value')
  const samples = (value?.series ?? [])
    .filter(({ labels }) => hasLabels(alertLabels(experiment, labels), experiment.subject))
    .flatMap(({ timesMs, values }) => values.filter((each, i) => !Number.isNaN(each) && (timesMs[i] ?? 0) >= leg.beginMs))
  const { comparator, threshold } = experiment
  if (value === undefined || samples.length === 0)
    return notJudged(finding, 'the value of the rule has no sample for this subject: no traffic, or the rule does not see it')
  return {
    status: 'pass',
    expected: `no alert while the value is not ${comparator} ${round(threshold)}`,
    observed: `no alert at ${samples.length} evaluations, value ${round(Math.min(...samples))} to ${round(Math.max(...samples))}`,
    pointers: [value.seq],
  }
}

import type { PlannedExperiment } from '../../model/plan.ts'
import { clockTime } from '../../text/instant.ts'
import type { EvidenceRoom } from '../evidence-room.ts'
import type { Finding } from '../drill-check.ts'
import { conditionExplains } from './replay.ts'

/**
 * An alert that began early only because evaluations ran while a scrape was under way: a rate over one sample less is extrapolated
 * differently, so that 3 events in 18 s are at a threshold of 10 a minute and the same 3 in 19 s are below it. The record has the sample,
 * the evaluation did not. Judged by the same window is then when the condition began by every sample, and was there as long as the fault.
 *
 * Only where the rule did, to the sample, what the specification gives, and the replay needed such a scrape at the very instant at which
 * the alert began; what every sample says is early stays early.
 */
export function unlessUnderWay(room: EvidenceRoom, experiment: PlannedExperiment, check: string, finding: Finding): Finding {
  const { status, window } = finding
  const begun = check === 'alert-pending' ? 0 : check === 'alert-fired' ? experiment.forMs : undefined
  if (begun === undefined || status !== 'fail' || window === undefined || window.observedMs === null) return finding
  if (window.observedMs >= window.earliestMs) return finding
  const [anchors, subject, replays] = [room.ask('anchors'), room.ask('subject'), room.ask('replays')]
  if (anchors === undefined || subject === undefined || replays === undefined || !conditionExplains(replays)) return finding
  const heldForMs = Math.ceil(begun / subject.stepMs) * subject.stepMs
  const activeAtMs = window.observedMs - heldForMs
  const own = replays.find(({ isSubject, result }) => isSubject && result.ambiguities.includes(activeAtMs))
  if (own === undefined || activeAtMs < anchors.onFromMs) return finding
  const lasting = own.result.expected.find(
    (episode) => episode.activeAtMs >= anchors.onFromMs && (episode.endsAtMs ?? Infinity) >= anchors.offFromMs,
  )
  if (lasting === undefined) return finding
  const dueMs = lasting.activeAtMs + heldForMs
  if (dueMs < window.earliestMs || dueMs >= window.latestMs) return finding
  const { diagnosis: _, part: __, ...rest } = finding
  const observed = `${finding.observed}. But a scrape was under way at ${clockTime(activeAtMs)}; with every sample the condition lasts from ${clockTime(lasting.activeAtMs)}`
  return { ...rest, status: 'pass', observed }
}

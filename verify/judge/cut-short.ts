import type { PlannedExperiment } from '../model/plan.ts'
import { seconds } from '../text/instant.ts'
import type { Check, EvidenceKey, Finding } from './drill-check.ts'
import type { EvidenceRoom } from './evidence-room.ts'
import { legsOf } from './evidence-room.ts'
import type { RunRecord } from './record/recorder.ts'

/** What only a drill gathers: requests all the time, synthetic alerts, the dashboard, the subjects of every rule. */
const OF_DRILLS: ReadonlySet<EvidenceKey> = new Set(['answers', 'exercises', 'dashboard', 'rule'])

/** Whether a game day is asked this. */
export function askedByHand({ meta }: Check): boolean {
  return meta.needs.every((key) => !OF_DRILLS.has(key))
}

/** Of an injection by hand that demands nothing: the specification does not describe it, or it could not be injected. */
export function unjudged(run: RunRecord, { id }: PlannedExperiment): Finding | undefined {
  const entry = run.byHand.find(({ experiment }) => experiment.id === id)
  if (entry === undefined) return undefined
  const failed = [...legsOf(run, id).values()].find(({ ended }) => ended === 'failed')
  const text = entry.unjudged ?? (failed === undefined ? undefined : `it could not be injected: ${failed.detail ?? 'no detail'}`)
  if (text === undefined) return undefined
  const pointers = [entry.seq, ...(failed?.pointers ?? [])]
  return { status: 'skipped', expected: 'an injection that the specification describes', observed: `not judged: ${text}`, pointers }
}

/** An injection that was undone before its alert had to fire (`all`), or before its notification had to arrive. */
export interface CutShort {
  all: boolean
  text: string
  pointers: number[]
}

/** Only by hand: a drill holds every fault until the last legal moment. */
export function cutShort(room: EvidenceRoom, experiment: PlannedExperiment): CutShort | undefined {
  if (!room.run.byHand.some((entry) => entry.experiment.id === experiment.id)) return undefined
  const anchors = room.ask('anchors')
  const subject = room.ask('subject')
  if (anchors === undefined || subject === undefined) return undefined
  const { firing, notified } = experiment.windows
  const fired = subject.episodes.some(({ firingAtMs }) => firingAtMs !== null && firingAtMs <= anchors.offByMs)
  const undone = `undone after ${seconds(anchors.offFromMs - anchors.onFromMs)}`
  if (!fired && anchors.offFromMs < anchors.onByMs + firing.latestMs) {
    const near = anchors.offFromMs < anchors.onFromMs + firing.earliestMs
    const text = near
      ? `not judged: a near miss, ${undone}; the alert fires after ${seconds(firing.earliestMs)} at the earliest`
      : `not judged: ${undone}; the alert may fire as late as ${seconds(firing.latestMs)} after the injection`
    return { all: true, text, pointers: anchors.pointers }
  }
  if (anchors.offFromMs >= anchors.onByMs + notified.latestMs) return undefined
  const text = `not judged: ${undone}, before the notification had to arrive (${seconds(notified.latestMs)} after the injection)`
  return { all: false, text, pointers: anchors.pointers }
}

/**
 * A finding about such an injection. What does not depend on how long the fault lasted stays: the replay of every evaluation above all.
 * A failure is a failure however short it was, but for the instants that `all` is about.
 */
export function shortened({ meta }: Check, finding: Finding, { all, text, pointers }: CutShort): Finding {
  const timed = all && (meta.needsInjection === 'both' || (meta.id === 'injection-took-hold' && finding.status !== 'pass'))
  const missing = finding.cause === 'evidence-missing' || finding.cause === 'not-injected'
  if (!timed && !(finding.status === 'unknown' && (finding.follows !== undefined || missing))) return finding
  const { cause: _, window: __, diagnosis: ___, ...rest } = finding
  return { ...rest, status: 'skipped', observed: text, pointers: [...new Set([...pointers, ...finding.pointers])] }
}

/** About the end of an alert that was injected anew, by hand, before it had resolved: nothing can be demanded of it. */
export function overtaken(room: EvidenceRoom, experiment: PlannedExperiment, { meta }: Check, finding: Finding): Finding {
  const { run } = room
  if (finding.status === 'pass' || finding.status === 'skipped' || !ABOUT_THE_END.has(meta.id)) return finding
  if (!run.byHand.some((entry) => entry.experiment.id === experiment.id)) return finding
  const begunMs = legsOf(run, experiment.id).get('fire')?.beginMs ?? Infinity
  const endedMs = legsOf(run, experiment.id).get('clear')?.endMs ?? Infinity
  const next = run.byHand.find((entry) => {
    const atMs = legsOf(run, entry.experiment.id).get('fire')?.beginMs ?? -Infinity
    return entry.experiment.alert === experiment.alert && atMs > begunMs && atMs <= endedMs
  })
  if (next === undefined) return finding
  const { cause: _, window: __, diagnosis: ___, ...rest } = finding
  return { ...rest, status: 'skipped', observed: `not judged: ${next.experiment.id} was injected before it had resolved` }
}

const ABOUT_THE_END: ReadonlySet<string> = new Set(['alert-resolved', 'resolved-notified'])

import type { LegName, PlannedExperiment, Timing } from '../../model/plan.ts'
import type { Labels, Spec } from '../../model/spec.ts'
import type { Subject } from '../drill-check.ts'
import type { InstanceReplay } from '../alert/replay.ts'
import { hasLabels } from '../../promql/labels.ts'
import { isSourceOf, isTargetOf } from '../../routing/inhibition.ts'
import { promisedReceivers } from '../../routing/tree.ts'
import type { AlertHistory, Notified } from '../record/recorder.ts'
import { episodesOf } from '../alert/episodes.ts'
import { ofAlert } from '../record/by-name.ts'
import { remembered } from '../../text/remembered.ts'

/** Evaluation, the POST to Alertmanager and the webhook, on a machine that is busy with a drill. */
export const DELIVERY_LAG_MS = 2_000
/**
 * Alertmanager up to 0.31 keeps an emptied group until a 30 s sweep; an alert that comes back meanwhile waits for that group's next tick.
 */
export const GHOST_GROUP_MS = 30_000

/**
 * Messages about the experiment's own alert instance, from its fire leg on; of an alert that fired before it, from then on: what it said in
 * time is not missing because the leg began later.
 */
export function ownNotifications(
  notified: readonly Notified[],
  experiment: PlannedExperiment,
  legs: ReadonlyMap<LegName, { beginMs: number }>,
  subject: Subject,
): Notified[] {
  const fromMs = Math.min(legs.get('fire')?.beginMs ?? 0, firedEpisode(subject)?.firingAtMs ?? Infinity)
  return ofAlert(notified, experiment.alert).filter(({ labels, arrivedMs }) => hasLabels(labels, experiment.subject) && arrivedMs >= fromMs)
}

/** The firing episode an experiment is about. */
export function firedEpisode(subject: Subject): (Subject['episodes'][number] & { firingAtMs: number }) | undefined {
  for (const episode of subject.episodes) if (episode.firingAtMs !== null) return { ...episode, firingAtMs: episode.firingAtMs }
  return undefined
}

/**
 * One lost POST is repaired by the next resend: lastSent + resend-delay must be strictly before the evaluation (rules/alerting.go
 * needsSending).
 */
function resendGapMs(timing: Timing, stepMs: number): number {
  return (Math.floor(timing.resendDelayMs / stepMs) + 1) * stepMs
}

/** How much later a message may come when a POST was lost: until the next resend, and further where that evaluation was itself missed. */
export function lostPostMs(
  health: Parameters<typeof postsWereLost>[0],
  timing: Timing,
  stepMs: number,
  replay: InstanceReplay | undefined,
  fromMs: number,
): number {
  if (!postsWereLost(health)) return 0
  const gapMs = resendGapMs(timing, stepMs)
  return gapMs + (replay?.skippable.filter((atMs) => atMs > fromMs && atMs <= fromMs + gapMs + 2 * stepMs).length ?? 0) * stepMs
}

type Counters = readonly { metric: string; column: { values: number[] } }[]

/** Asked for by every experiment; a record does not change once it is judged. */
const postsWereLost = remembered((health: Counters): boolean =>
  health.some(({ metric, column }) => {
    if (!/^prometheus_notifications_(errors|dropped)_total$/.test(metric)) return false
    const { values } = column
    return values.some((value, index) => index > 0 && value > (values[index - 1] ?? value))
  }),
)

/** The alert that, by the specification's inhibition rules, silences these labels somewhere in the time given. */
export function inhibitor(
  spec: Spec,
  alerts: readonly AlertHistory[],
  labels: Labels,
  fromMs: number,
  toMs: number,
  stepMs: number,
): AlertHistory | undefined {
  for (const rule of spec.routing.inhibitions) {
    if (!isTargetOf(rule, labels)) continue
    for (const source of alerts) {
      if (!isSourceOf(rule, source.labels) || source.labels === labels) continue
      // A label missing on both sides counts as equal (inhibit/inhibit.go).
      if (!rule.equal.every((name) => (source.labels[name] ?? '') === (labels[name] ?? ''))) continue
      const active = episodesOf(source, stepMs, Infinity).some(
        (episode) => episode.firingAtMs !== null && episode.firingAtMs <= toMs && (episode.endedMs ?? Infinity) >= fromMs,
      )
      if (active) return source
    }
  }
  return undefined
}

/**
 * The receivers that the specification routes these labels to: first match, and on where `continue`-like optional receivers stand before
 * it.
 */
export function allowedReceivers(spec: Spec, experiment: PlannedExperiment): Set<string> {
  // Slack and Discord get a copy of everything when they are switched on.
  const promised = promisedReceivers(spec.routing, { alertname: experiment.alert, ...experiment.labels, ...experiment.subject })
  return new Set([
    experiment.receiver,
    ...promised,
    ...spec.routing.receivers.filter((receiver) => receiver.optional).map((receiver) => receiver.name),
  ])
}

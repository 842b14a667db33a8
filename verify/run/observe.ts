import { JOURNAL_VERSION } from '../model/journal.ts'
import type { JournalBody } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { collectEvidence, snapshotBefore, type EvidencePorts } from './experiment/collect-evidence.ts'
import { recordSignalSamples, watchingLegs } from './experiment/signal-samples.ts'
import type { DrillOptions, Ended } from './options.ts'
import type { Ports } from './ports.ts'
import { recordCpuWaits } from './run.ts'
import { recordStalls } from './stalled-clock.ts'
import { messageOf } from '../text/error-text.ts'

/** All that an observation has of the world: it reads, and hears what Alertmanager sends. There is no way here to change anything. */
export type ObservationPorts = EvidencePorts & Pick<Ports, 'receiver' | 'machine'>

/** A silence that is shorter than this is not seen. */
const LOOK_EVERY_MS = 5_000

/**
 * Observes every rule of the plan until its time is over (one of 0 has no end), or until `enough`, or until the signal of `options`, which
 * ends it as interrupted. Nothing is injected, sent or asked of a service: what happens anyway goes into the journal.
 */
export async function observe(
  plan: Plan,
  spec: Spec,
  world: ObservationPorts,
  options: Pick<DrillOptions, 'runId' | 'tool' | 'target' | 'components' | 'signal'> & { notes: readonly string[] },
  enough: Promise<void> = new Promise(() => undefined),
): Promise<Ended> {
  const { journal, walked } = watchingLegs(world)
  const ports = { ...world, journal }
  const { clock, receiver } = ports
  const { signal, notes, ...about } = options
  const stopListening = receiver.subscribe((notification) => journal.append(notification))
  const zeroMs = clock.now()
  journal.append({ kind: 'header', version: JOURNAL_VERSION, ...about, spec, plan, zeroMs })
  for (const message of notes) journal.append({ kind: 'note', message })
  const machine = ports.machine.watch()
  const background = new AbortController()
  try {
    await snapshotBefore(ports)
    for (const { id } of plan.experiments) journal.append({ kind: 'leg', experiment: id, leg: 'observe', phase: 'begin' })
    const beside = [recordStalls(ports, plan.timing.evaluationIntervalMs, background.signal), lookForSilences(ports, background.signal)]
    await Promise.race([untilOver(plan.makespanMs, clock, AbortSignal.any([signal, background.signal])), enough])
    background.abort()
    await Promise.all(beside)
    const ended = signal.aborted ? 'interrupted' : 'held'
    for (const { id } of plan.experiments) journal.append({ kind: 'leg', experiment: id, leg: 'observe', phase: 'end', ended })
    const alerts = await collectEvidence(plan, ports, zeroMs, signal.aborted ? 5_000 : 60_000)
    const active = new Set(alerts.map(({ metric }) => metric['alertname']))
    await recordSignalSamples({ ...plan, experiments: plan.experiments.filter(({ alert }) => active.has(alert)) }, walked, ports)
  } finally {
    background.abort()
    stopListening()
    recordCpuWaits(ports, await machine.stop())
  }
  const ended = signal.aborted ? 'interrupted' : 'completed'
  journal.append({ kind: 'footer', ended, undone: [], notUndone: [] })
  return ended
}

async function untilOver(forMs: number, clock: Ports['clock'], signal: AbortSignal): Promise<void> {
  // The longest that a timer of Node waits.
  do await clock.sleep(forMs === 0 ? 2 ** 31 - 1 : forMs, signal).catch(() => undefined)
  while (forMs === 0 && !signal.aborted)
}

/** Which alerts Alertmanager suppresses, by whose silence or by which alert: written down when that changes. */
async function lookForSilences({ clock, journal, alertmanager }: EvidencePorts, signal: AbortSignal): Promise<void> {
  const none: JournalBody = { kind: 'alertmanager', what: 'alerts', body: [] }
  let last = JSON.stringify(none)
  while (!signal.aborted) {
    const seen = await alertmanager.alerts().then(
      (all): JournalBody => ({ ...none, body: suppressedOf(all) }),
      (error: unknown): JournalBody => ({ kind: 'source-error', source: 'alertmanager', experiment: null, message: messageOf(error) }),
    )
    const text = JSON.stringify(seen)
    if (text !== last) journal.append(seen)
    last = text
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}

function suppressedOf(all: unknown): object[] {
  return (Array.isArray(all) ? (all as { labels?: unknown; status?: { state?: string } }[]) : [])
    .filter(({ status }) => status?.state === 'suppressed')
    .map(({ labels, status }) => ({ labels, status }))
}

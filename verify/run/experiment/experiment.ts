import type { JournalBody } from '../../model/journal.ts'
import type { PlannedExperiment, PlannedLeg } from '../../model/plan.ts'
import { awaitAlerts, type Awaited } from './awaited-alerts.ts'
import { record, type EvidencePorts } from './collect-evidence.ts'
import { injectFault, undoFault, type Injection } from './inject.ts'
import type { DrillOptions } from '../options.ts'
import type { Ports, RunningLoad } from '../ports.ts'

type LegEnd = NonNullable<Extract<JournalBody, { kind: 'leg' }>['ended']>

/**
 * One staircase: before, quiet, settle, fire, clear. What a leg applied is undone before it ends, however it ends. A fault that the target
 * does not allow ends the experiment: no later leg can show anything. `onUndone` is called after the last leg that applies anything.
 */
export async function runExperiment(
  experiment: PlannedExperiment,
  ports: Ports,
  options: DrillOptions,
  onUndone: () => void,
): Promise<void> {
  const ahead: Ahead = {}
  try {
    for (const leg of experiment.legs) {
      options.signal.throwIfAborted()
      const attributes = { 'firedrill.leg': leg.name }
      const outcome = await ports.telemetry.span(`${experiment.id} ${leg.name}`, attributes, () =>
        runLeg(experiment, leg, ahead, ports, options),
      )
      if (outcome === 'refused') break
      if (leg.name === 'fire') onUndone()
    }
  } finally {
    ahead.resolved?.cancel()
  }
  ports.progress.update({ experiment: experiment.id, done: true, outcome: 'recorded' })
}

/** What the clear leg waits for, from the begin of the undo on: a part that starts slowly is noticed to be up before its undo is done. */
interface Ahead {
  resolved?: ReturnType<typeof awaitAlerts>
}

async function runLeg(
  experiment: PlannedExperiment,
  leg: PlannedLeg,
  ahead: Ahead,
  ports: Ports,
  options: DrillOptions,
): Promise<'refused' | undefined> {
  const { clock, journal } = ports
  const awaited = awaitedOf(experiment, leg.name)
  ports.progress.update({
    experiment: experiment.id,
    leg: leg.name,
    waitsFor: awaited === null ? 'time' : `${awaited.status} at a receiver`,
    untilMs: clock.now() + leg.holdMs,
  })
  journal.append({ kind: 'leg', experiment: experiment.id, leg: leg.name, phase: 'begin' })
  const arrivalOf = (what: Awaited): ReturnType<typeof awaitAlerts> => awaitAlerts(what, (listener) => ports.receiver.subscribe(listener))
  const arrival = awaited === null ? null : leg.name === 'clear' && ahead.resolved !== undefined ? ahead.resolved : arrivalOf(awaited)
  let ended: LegEnd = 'failed'
  let load: RunningLoad | null = null
  let injection: Injection | undefined
  try {
    if (leg.load !== undefined) load = await startLoad(experiment, leg, ports, options)
    if (leg.fault !== undefined)
      injection = await injectFault({ experiment: experiment.id, leg: leg.name, holdMs: leg.holdMs }, leg.fault, ports)
    // Without its fault the leg would only wait for what cannot come.
    if (injection?.fault !== null) ended = await hold(leg, arrival?.arrived ?? null, ports, options.signal)
  } catch (error) {
    if (options.signal.aborted) ended = 'interrupted'
    throw error
  } finally {
    arrival?.cancel()
    const clearing = leg.name === 'fire' ? awaitedOf(experiment, 'clear') : null
    if (clearing !== null) ahead.resolved = arrivalOf(clearing)
    // Read before the undo, while an alert without a notification is still active; awaited after it.
    const looked = leg.name === 'fire' && ended === 'deadline' ? lookAtAlertmanager(experiment, ports) : undefined
    if (leg.fault !== undefined && injection !== undefined && injection.fault !== null)
      await undoFault({ experiment: experiment.id, leg: leg.name }, leg.fault, injection.fault, ports)
    if (load !== null) await stopLoad(experiment, leg, load, ports)
    await looked
    const detail = injection?.fault === null ? { detail: injection.detail } : {}
    journal.append({ kind: 'leg', experiment: experiment.id, leg: leg.name, phase: 'end', ended, ...detail })
  }
  return injection?.fault === null && injection.refused ? 'refused' : undefined
}

/** An alert without a notification: whether Alertmanager has it, and for which receivers. */
export function lookAtAlertmanager(experiment: PlannedExperiment, ports: EvidencePorts): Promise<void> {
  return record(ports, 'alertmanager', experiment.id, async () => [
    { kind: 'alertmanager', what: 'alerts', body: await ports.alertmanager.alerts() },
  ])
}

/** The fire leg waits until the alert is notified as firing, the clear leg until it is notified as resolved; all others wait their time. */
export function awaitedOf(experiment: PlannedExperiment, leg: PlannedLeg['name']): Awaited | null {
  if (leg !== 'fire' && leg !== 'clear') return null
  // With the rule's own labels: another step of the same ladder (a warning before the critical) is not what it waits for. What a template
  // makes of one is not known here.
  const own = Object.fromEntries(Object.entries(experiment.labels).filter(([, text]) => !text.includes('{{')))
  const subject = { alert: experiment.alert, labels: { ...own, ...experiment.subject } }
  const also = (experiment.alsoReceivers ?? []).map((receiver) => ({ ...subject, receiver }))
  const alerts = [subject, ...also, ...experiment.alsoMust]
  return { status: leg === 'fire' ? 'firing' : 'resolved', alerts }
}

async function hold(leg: PlannedLeg, arrived: Promise<void> | null, ports: Ports, signal: AbortSignal): Promise<LegEnd> {
  if (arrived === null) {
    await ports.clock.sleep(leg.holdMs, signal)
    return 'held'
  }
  const done = new AbortController()
  const either = AbortSignal.any([signal, done.signal])
  const deadline = ports.clock.sleep(leg.holdMs, either).then((): LegEnd => 'deadline')
  try {
    return await Promise.race([arrived.then((): LegEnd => 'arrived'), deadline])
  } finally {
    done.abort()
    deadline.catch(() => undefined)
  }
}

export async function startLoad(
  experiment: PlannedExperiment,
  leg: PlannedLeg,
  ports: Pick<Ports, 'load' | 'journal'>,
  options: Pick<DrillOptions, 'runId'> & { signal?: AbortSignal },
): Promise<RunningLoad | null> {
  const use = leg.load
  if (use === undefined) return null
  // Twice the leg: k6 is stopped by us at the leg's end; its own bound only counts when we die.
  const load = await ports.load.start(use, {
    experiment: experiment.id,
    leg: leg.name,
    runId: options.runId,
    maxMs: leg.holdMs * 2 + 30_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  ports.journal.append({ kind: 'load', experiment: experiment.id, leg: leg.name, phase: 'begin', ...use })
  return load
}

export async function stopLoad(
  experiment: PlannedExperiment,
  leg: PlannedLeg,
  load: RunningLoad,
  ports: Pick<Ports, 'journal'>,
): Promise<void> {
  const { exitCode, summary, error, overMs } = await load.stop()
  ports.journal.append({
    kind: 'load',
    experiment: experiment.id,
    leg: leg.name,
    phase: 'end',
    scenario: leg.load?.scenario ?? '',
    params: leg.load?.params ?? {},
    exitCode,
    ...(summary === null ? {} : { summary }),
    ...(error === undefined ? {} : { error }),
    ...(overMs === undefined ? {} : { overMs }),
  })
  if (error !== undefined) ports.journal.append({ kind: 'source-error', source: 'k6', experiment: experiment.id, message: error })
}

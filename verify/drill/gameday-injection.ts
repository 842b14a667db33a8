import type { FaultUse, LoadUse } from '../model/spec.ts'
import type { InEffect } from '../model/page.ts'
import type { PlannedExperiment, PlannedLeg } from '../model/plan.ts'
import type { ByHand, Cause } from '../plan/by-hand.ts'
import { awaitAlerts } from '../run/experiment/awaited-alerts.ts'
import type { EvidencePorts } from '../run/experiment/collect-evidence.ts'
import { awaitedOf, lookAtAlertmanager, startLoad, stopLoad } from '../run/experiment/experiment.ts'
import { injectFault, undoFault, type FaultOwner } from '../run/experiment/inject.ts'
import type { Ports, RunningLoad } from '../run/ports.ts'

export type InjectionWorld = EvidencePorts & Pick<Ports, 'chaos' | 'load' | 'receiver'>

type Undone = { ok: boolean; effectiveMs: number; detail: string }

/** What was injected by hand, from its injection until its alert has resolved. */
export interface Injection {
  experiment: PlannedExperiment
  cause: Cause
  sinceMs: number
  detail: string
  /** Takes it back; its clear leg then goes on by itself. One that failed may be tried again. */
  undo(): Promise<Undone>
  /** Settles when its alert has resolved, or would have by now. */
  over: Promise<void>
  /** Of a scenario: settles when k6 has ended, by itself or not. */
  ended?: Promise<unknown>
}

export interface InjectionOptions {
  runId: string
  /** k6 ends by itself after so long, should this process die. */
  maxMs: number
  /** Ends the clear legs: the game day is over. */
  signal: AbortSignal
}

export function shownAs(cause: Cause): Pick<InEffect, 'id' | 'target'> {
  return 'fault' in cause ? { id: cause.fault.id, target: cause.fault.target } : { id: cause.load.scenario, target: '' }
}

/** Injects and writes the journal of a drill's fire leg, and of its clear leg after the undo. `failed`: nothing is in effect. */
export async function injectByHand(
  made: ByHand,
  cause: Cause,
  world: InjectionWorld,
  options: InjectionOptions,
): Promise<Injection | { failed: string }> {
  const { experiment } = made
  const { journal } = world
  const owner = { experiment: experiment.id, leg: 'fire' }
  journal.append({ kind: 'by-hand', ...made })
  journal.append({ kind: 'leg', ...owner, phase: 'begin' })
  const fired = heard(experiment, 'fire', world)
  const begun =
    'fault' in cause
      ? await beginFault({ ...owner, holdMs: options.maxMs / 2 }, cause.fault, world)
      : await beginLoad(experiment, cause.load, world, options)
  if ('failed' in begun) {
    fired.cancel()
    journal.append({ kind: 'leg', ...owner, phase: 'end', ended: 'failed', detail: begun.failed })
    return begun
  }
  const over = Promise.withResolvers<void>()
  return {
    experiment,
    cause,
    sinceMs: begun.sinceMs,
    detail: begun.detail,
    ...('ended' in begun ? { ended: begun.ended } : {}),
    over: over.promise,
    async undo() {
      const resolved = heard(experiment, 'clear', world)
      const late = !fired.arrived() && world.clock.now() - begun.sinceMs > experiment.windows.firing.latestMs
      // Asked before the undo, while an alert without a notification is still active; awaited after it.
      const looked = late ? lookAtAlertmanager(experiment, world) : undefined
      const undone = await begun.undo()
      await looked
      if (!undone.ok) {
        resolved.cancel()
        return undone
      }
      fired.cancel()
      journal.append({ kind: 'leg', ...owner, phase: 'end', ended: fired.arrived() ? 'arrived' : 'held' })
      void clear(experiment, fired.arrived(), resolved, world, options.signal).finally(over.resolve)
      return undone
    },
  }
}

interface Heard {
  arrived(): boolean
  promise: Promise<void>
  cancel(): void
}

/** Whether a receiver was notified of the experiment's own alert, as firing or as resolved, from now on. */
function heard(experiment: PlannedExperiment, leg: 'fire' | 'clear', { receiver }: InjectionWorld): Heard {
  const awaited = awaitedOf(experiment, leg)
  const own = { status: awaited?.status ?? ('firing' as const), alerts: awaited?.alerts.slice(0, 1) ?? [] }
  const { arrived, cancel } = awaitAlerts(own, (listener) => receiver.subscribe(listener))
  let seen = false
  const promise = arrived.then(() => {
    seen = true
  })
  return { arrived: () => seen, promise, cancel }
}

/** Until the alert is notified as resolved where it was notified as firing; else until nothing of the injection can be left. */
async function clear(
  experiment: PlannedExperiment,
  fired: boolean,
  resolved: Heard,
  { clock, journal }: InjectionWorld,
  signal: AbortSignal,
): Promise<void> {
  const entry = { kind: 'leg', experiment: experiment.id, leg: 'clear' } as const
  const { windows, legs } = experiment
  const holdMs = fired ? (legs.find(({ name }) => name === 'clear')?.holdMs ?? 0) : windows.resolved.latestMs
  journal.append({ ...entry, phase: 'begin' })
  const done = new AbortController()
  const time = clock.sleep(holdMs, AbortSignal.any([signal, done.signal])).then(
    () => (fired ? ('deadline' as const) : ('held' as const)),
    () => 'interrupted' as const,
  )
  const ended = await Promise.race([time, ...(fired ? [resolved.promise.then(() => 'arrived' as const)] : [])])
  done.abort()
  resolved.cancel()
  journal.append({ ...entry, phase: 'end', ended })
}

type Begun = { sinceMs: number; detail: string; undo(): Promise<Undone>; ended?: Promise<unknown> } | { failed: string }

async function beginFault(owner: FaultOwner, use: FaultUse, world: InjectionWorld): Promise<Begun> {
  const injected = await injectFault(owner, use, world)
  if (injected.fault === null)
    return { failed: [injected.detail, ...(injected.next === undefined ? [] : [`  ${injected.next}`])].join('\n') }
  const { fault } = injected
  return { sinceMs: fault.effectiveMs, detail: fault.detail, undo: () => undoFault(owner, use, fault, world) }
}

async function beginLoad(experiment: PlannedExperiment, use: LoadUse, world: InjectionWorld, options: InjectionOptions): Promise<Begun> {
  // A leg's k6 is bounded by twice its length: no longer than the time limit, should this process die.
  const leg: PlannedLeg = { name: 'fire', atMs: 0, holdMs: options.maxMs / 2, load: use, because: 'by hand' }
  const running = await startLoad(experiment, leg, world, options)
  if (running === null) return { failed: `${use.scenario} was not started` }
  return {
    sinceMs: world.clock.now(),
    detail: `k6 sends ${use.scenario}`,
    ended: running.done,
    undo: async () => {
      let error: string | undefined
      const stop: RunningLoad['stop'] = async () => {
        const ended = await running.stop()
        error = ended.error
        return ended
      }
      await stopLoad(experiment, leg, { ...running, stop }, world)
      return { ok: true, effectiveMs: world.clock.now(), detail: error ?? `k6 has stopped ${use.scenario}` }
    },
  }
}

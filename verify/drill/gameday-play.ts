import { JOURNAL_VERSION } from '../model/journal.ts'
import type { JournalBody } from '../model/journal.ts'
import type { PlannedExperiment } from '../model/plan.ts'
import type { Spec } from '../model/spec.ts'
import { collectEvidence, snapshotBefore } from '../run/experiment/collect-evidence.ts'
import { recordSignalSamples, watchingLegs } from '../run/experiment/signal-samples.ts'
import { awaitFirstScrapes } from '../run/experiment/steady-state.ts'
import { recordStalls } from '../run/stalled-clock.ts'
import { recordCpuWaits } from '../run/run.ts'
import type { Ports } from '../run/ports.ts'
import type { InjectionWorld } from './gameday-injection.ts'
import type { Line } from './gameday-input.ts'
import { gamedayPlan } from './gameday-plan.ts'
import { gameday, type SessionOptions } from './gameday-session.ts'
import { observe } from '../run/observe.ts'

export interface GamedayOptions extends SessionOptions {
  spec: Spec
  tool: string
  target: string
  components: Record<string, string>
}

/** The game day from the journal's header to its footer, as a drill's journal is: what was injected by hand stands for what is planned. */
export async function playGameday(
  lines: AsyncIterable<string | Line>,
  world: InjectionWorld & Pick<Ports, 'machine'>,
  options: GamedayOptions,
): Promise<{ ended: 'completed' | 'interrupted'; notUndone: string[] }> {
  const { spec, tool, target, components, runId } = options
  const judged: PlannedExperiment[] = []
  const { journal: watched, walked } = watchingLegs(world)
  const journal = {
    append: (body: JournalBody): number => {
      if (body.kind === 'by-hand' && body.unjudged === undefined) judged.push(body.experiment)
      return watched.append(body)
    },
  }
  const ports = { ...world, journal }
  const plan = gamedayPlan(options.plan)
  const zeroMs = world.clock.now()
  journal.append({ kind: 'header', version: JOURNAL_VERSION, tool, runId, spec, plan, zeroMs, target, components })
  await awaitFirstScrapes(spec, plan.timing, world, options.signal, () =>
    options.write('waiting until Prometheus has scraped each target once\n'),
  )
  await snapshotBefore(ports)
  const machine = world.machine.watch()
  const background = new AbortController()
  const stalls = recordStalls(ports, plan.timing.evaluationIntervalMs, background.signal)
  const ended = await gameday(lines, ports, options)
  background.abort()
  await stalls
  await collectEvidence({ ...plan, experiments: judged }, ports, zeroMs, ended === 'interrupted' ? 5_000 : 60_000)
  await recordSignalSamples({ ...plan, experiments: judged }, walked, ports)
  recordCpuWaits(ports, await machine.stop())
  const { undone, notUndone } = await world.chaos.undoAll()
  journal.append({ kind: 'footer', ended, undone, notUndone })
  return { ended, notUndone }
}

/** Of a target that is observed: there is nothing that could be injected, sent or undone. */
const UNTOUCHED: Pick<InjectionWorld, 'chaos' | 'load'> = {
  chaos: {
    inject: () => Promise.reject(new Error('this game day observes')),
    undoAll: () => Promise.resolve({ undone: [], notUndone: [] }),
  },
  load: { start: () => Promise.reject(new Error('this game day observes')) },
}

/** A game day that touches nothing, until `quit`: every rule of `options.plan` is judged by what happened meanwhile. */
export async function playObservation(
  lines: AsyncIterable<string | Line>,
  world: Omit<InjectionWorld, 'chaos' | 'load'> & Pick<Ports, 'machine'>,
  options: GamedayOptions & { notes: readonly string[] },
): Promise<{ ended: 'completed' | 'interrupted'; notUndone: string[] }> {
  const { spec, plan, signal } = options
  // The observation writes down what arrives; the session shows it.
  const journal = { append: (body: JournalBody): number => (body.kind === 'notification' ? -1 : world.journal.append(body)) }
  const quit = Promise.withResolvers<void>()
  const observed = observe(plan, spec, world, options, quit.promise)
  const ended = await gameday(lines, { ...world, ...UNTOUCHED, journal }, { ...options, observes: true, signal })
  quit.resolve()
  await observed
  return { ended, notUndone: [] }
}

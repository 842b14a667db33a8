import { JOURNAL_VERSION } from '../model/journal.ts'
import type { LoadSlice } from '../model/journal.ts'
import { PROBES } from '../model/plan.ts'
import type { Plan, PlannedExperiment, PlannedOutage } from '../model/plan.ts'
import type { LoadUse, Spec } from '../model/spec.ts'
import { recordAlertLogs, watchingCauses } from './signals/alert-logs.ts'
import { ForeignPosts } from './delivery/foreign-posts.ts'
import { exerciseDelivery } from './delivery/probe-alerts.ts'
import { budgetLeft, tooLittleLeft } from './signals/error-budget.ts'
import { guardHealth, HealthGuard } from './signals/health-guard.ts'
import { keepAsking, promisedRequests } from './signals/keep-asking.ts'
import { loadUntil } from './drill-load.ts'
import { collectEvidence, snapshotBefore } from './experiment/collect-evidence.ts'
import { runExperiment } from './experiment/experiment.ts'
import { runOutage } from './signals/run-outage.ts'
import { recordPanels } from './dashboard/record-panels.ts'
import { recordSignalSamples, watchingLegs } from './experiment/signal-samples.ts'
import type { DrillOptions, Ended } from './options.ts'
import type { Clock, CpuWaits, JournalSink, Ports } from './ports.ts'
import { probeEarly, probeSteady, type Probing } from './signals/probing.ts'
import { recordStalls } from './stalled-clock.ts'
import { awaitSteadyState, rememberedMs } from './experiment/steady-state.ts'
import { firstCounts, recordSubjects } from './experiment/record-subjects.ts'
import { waitInVain, watchedLoad } from './experiment/in-vain.ts'
import { messageOf } from '../text/error-text.ts'
import { present } from '../text/present.ts'
import { countOf } from '../text/count-of.ts'

/**
 * Alertmanager up to 0.31 sweeps emptied groups away every 30 s; an alert of a group that is still there is notified at that group's next
 * flush, which the plan does not expect.
 */
const GROUPS_SWEPT_MS = 30_000

/**
 * Walks the plan: the only stage that touches the world. It judges nothing; everything it did and saw goes into the journal.
 * Never throws for trouble of the system under test: trouble is an entry.
 */
export async function runDrill(plan: Plan, spec: Spec, ports: Ports, options: DrillOptions): Promise<Ended> {
  const { journal, clock } = ports
  const { tool, runId, target, components, chatReceivers, lastFired, past, rungs } = options
  const foreign = new ForeignPosts()
  const stopListening = ports.receiver.subscribe((notification) => {
    journal.append(notification)
    foreign.see(notification)
  })
  journal.append({
    kind: 'header',
    version: JOURNAL_VERSION,
    tool,
    runId,
    spec,
    plan,
    zeroMs: clock.now(),
    target,
    components,
    ...present({ chatReceivers, lastFired, past, rungs }),
  })
  if (ports.telemetry.traceId !== null) journal.append({ kind: 'self-trace', traceId: ports.telemetry.traceId, service: 'firedrill' })
  try {
    let ended = await attempt(plan, spec, ports, options, 1)
    for (let number = 2; ended === 'completed'; number += 1) {
      const again = (await options.again?.()) ?? null
      if (again === null) break
      const { plan: next, because, confirms } = again
      if (confirms !== undefined)
        journal.append({ kind: 'confirmation', experiments: next.experiments, outages: next.outages ?? [], beside: confirms.beside })
      for (const { id } of [...next.experiments, ...(next.outages ?? [])])
        journal.append({
          kind: 'note',
          experiment: id,
          message:
            confirms === undefined
              ? `attempt ${number}, because of the one before: ${because[id] ?? 'unknown'}`
              : (because[id] ?? 'confirmed alone'),
        })
      ended = await attempt(next, confirms?.spec ?? spec, ports, options, number)
    }
    return ended
  } finally {
    stopListening()
    for (const message of [foreign.text, refusedText(ports.receiver.refused?.() ?? 0)]) {
      if (message === undefined) continue
      journal.append({ kind: 'note', message })
      ports.progress.line(message)
    }
  }
}

function refusedText(count: number): string | undefined {
  return count === 0
    ? undefined
    : `the drill's receiver refused ${countOf(count, 'post')}: too large, too many at a time, or not to the path of this run`
}

/** One walk through a plan with all that belongs to it, from the steady state to the footer. Probes and panels are the first one's. */
async function attempt(plan: Plan, spec: Spec, world: Ports, options: DrillOptions, number: number): Promise<Ended> {
  const { journal: watched, walked: walkedLegs } = watchingLegs(world)
  const { journal, causes } = watchingCauses({ ...world, journal: watched })
  const { load, running } = watchedLoad(world.load)
  const { clock } = world
  const guard = options.guardHealth === true ? new HealthGuard(plan, spec) : undefined
  const ports = { ...world, journal: guard === undefined ? journal : seenBy(guard, journal, clock), load }
  const floor = guard === undefined || options.budgetFloor === undefined ? {} : { budgetFloor: options.budgetFloor }
  const zeroMs = clock.now()
  const first = number === 1
  let ended: Ended = 'completed'
  let detail: string | undefined
  const machine = world.machine.watch()
  let walked: { fromMs: number; untilMs: number } | undefined
  const background = new AbortController()
  const pending: Promise<void>[] = [recordStalls(ports, plan.timing.evaluationIntervalMs, background.signal)]
  const probings: Probing[] = []
  const delivery = new AbortController()
  try {
    if (first && options.warmUp !== undefined) await warmUp(options.warmUp, ports, options)
    const boundMs = plan.makespanMs * 2 + options.steadyDeadlineMs + (await rememberedMs(plan, spec, ports.prometheus))
    if (options.background !== undefined) pending.push(keepBackground(options.background, ports, options, boundMs, background.signal))
    pending.push(keepAsking(promisedRequests(plan, spec), boundMs, ports, options, background.signal))
    // Beside the wait for the steady state, which is longer than the sending takes.
    if (first) probings.push(probeEarly(plan, spec, ports, options))
    else await clock.sleep(GROUPS_SWEPT_MS, options.signal)
    const counts = first ? await firstCounts(spec, ports) : []
    const inVain = first ? waitInVain(plan, spec, ports, options, counts, running) : undefined
    const unsteady =
      (await ports.telemetry.span('steady state', {}, () => awaitSteadyState(plan, spec, ports, options, inVain))) ??
      (floor.budgetFloor === undefined ? null : (tooLittleLeft(await budgetLeft(spec, ports.prometheus), floor.budgetFloor, spec) ?? null))
    await snapshotBefore(ports)
    // Traces and lines alone are about no rule.
    const seen = { alone: options.background !== undefined, steady: unsteady === null, first: counts }
    const unborn = first && plan.experiments.length > 0 ? await recordSubjects(plan, spec, ports, seen) : new Set<string>()
    if (unsteady === null) {
      // Sent before the first fault, so that no experiment is in their way; read while the experiments run.
      if (first) probings.push(probeSteady(plan, spec, ports, options))
      await Promise.all(probings.map(({ sent }) => sent))
      const walkedFromMs = clock.now()
      // Beside the experiments, on labels of its own, and shorter than they are.
      if (first)
        pending.push(exerciseDelivery(plan, spec, ports, { ...options, signal: AbortSignal.any([options.signal, delivery.signal]) }))
      // The stores that are harmed must first have answered what the drill's own probes ask.
      const probed = Promise.all(probings.map(({ collected }) => collected)).then(() => undefined)
      const harm = new AbortController()
      if (guard !== undefined)
        pending.push(
          guardHealth({ guard, plan, spec, runId: options.runId, ...floor }, ports, background.signal, (why) => {
            ports.progress.line(`health guard: ${why}: everything is undone`)
            harm.abort(new Error(`the health guard ended the drill: ${why}`))
          }),
        )
      await walk(plan, spec, ports, { ...options, signal: AbortSignal.any([options.signal, harm.signal]) }, probed)
      walked = { fromMs: walkedFromMs, untilMs: clock.now() }
      // The requests of a drill are events enough: what has no series by now gets none.
      if (unborn.size > 0) await recordSubjects(plan, spec, ports, { ...seen, afterwards: unborn })
    } else {
      ended = 'unhealthy-before'
      detail = unsteady
    }
  } catch (error) {
    ended = options.signal.aborted ? 'interrupted' : 'aborted'
    detail = options.signal.aborted ? undefined : messageOf(error)
  }
  if (ended !== 'completed') delivery.abort()
  const { undone, notUndone } = await ports.chaos.undoAll()
  background.abort()
  await Promise.all([...pending, ...probings.map(({ collected }) => collected)])
  const alerts = await collectEvidence(plan, ports, zeroMs, ended === 'interrupted' ? 5_000 : 60_000)
  await recordSignalSamples(plan, walkedLegs, ports)
  if (ended !== 'interrupted') await recordAlertLogs(plan, spec, alerts, causes, ports, options.derivedFields, options.runId)
  // Without an experiment there is no stretch of load that k6 alone made, and nothing to compare a panel with.
  if (first && walked !== undefined && options.dashboard !== undefined && plan.experiments.length > 0)
    await recordPanels(plan, spec, options.dashboard, ports, walked)
  recordCpuWaits(ports, await machine.stop())
  if (options.usage !== undefined) recordUsage(ports, options.usage())
  journal.append({ kind: 'footer', ended, undone, notUndone, ...(detail === undefined ? {} : { detail }) })
  return ended
}

function seenBy(guard: HealthGuard, journal: JournalSink, clock: Clock): JournalSink {
  return {
    append(body) {
      guard.see(body, clock.now())
      return journal.append(body)
    },
  }
}

interface Milestones {
  undone: PromiseWithResolvers<void>
  ended: PromiseWithResolvers<void>
}

/** Every experiment and outage begins as soon as all it has to wait for are over, earlier than planned where those ended earlier. */
async function walk(plan: Plan, spec: Spec, ports: Ports, options: DrillOptions, probed: Promise<void>): Promise<void> {
  const order = [...plan.experiments].sort((a, b) => a.startMs - b.startMs || (a.id < b.id ? -1 : 1))
  const outages = plan.outages ?? []
  const milestones = new Map<string, Milestones>(
    [...order, ...outages, { id: PROBES }].map(({ id }) => [id, { undone: Promise.withResolvers(), ended: Promise.withResolvers() }]),
  )
  void probed.then(() => milestones.get(PROBES)?.ended.resolve())
  // One that fails aborts the others, so that all of them are undone before the drill ends.
  const failure = new AbortController()
  const signal = AbortSignal.any([options.signal, failure.signal])
  const within = { ...options, signal }
  const step = async (
    id: string,
    after: NonNullable<PlannedExperiment['after']>,
    work: (own: Milestones | undefined) => Promise<void>,
  ): Promise<void> => {
    const own = milestones.get(id)
    try {
      await Promise.all(after.map(({ experiment, until }) => milestones.get(experiment)?.[until].promise))
      signal.throwIfAborted()
      await work(own)
    } catch (error) {
      failure.abort(error)
      throw error
    } finally {
      own?.undone.resolve()
      own?.ended.resolve()
    }
  }
  const outage = (planned: PlannedOutage, undone?: Promise<void>): Promise<void> => {
    const promised = spec.outages?.find(({ id }) => id === planned.id)
    if (promised === undefined) return Promise.resolve()
    return ports.telemetry.span(`outage ${planned.id}`, { 'firedrill.outage': planned.id }, () =>
      runOutage(planned, promised, spec.logs, undone, ports, within),
    )
  }
  const results = await Promise.allSettled([
    ...order.map((experiment) => {
      const beside = outages.filter(({ during }) => during === experiment.id)
      const over = (planned: PlannedOutage): void => {
        milestones.get(planned.id)?.ended.resolve()
      }
      const walked = step(experiment.id, predecessors(experiment, order, plan), async (own) => {
        const attributes = { 'firedrill.experiment': experiment.id, 'firedrill.alert': experiment.alert }
        const results = await Promise.allSettled([
          ports.telemetry
            .span(`experiment ${experiment.id}`, attributes, () =>
              runExperiment(experiment, ports, within, () => {
                own?.undone.resolve()
              }),
            )
            .finally(() => {
              // Others need not wait until what its outage left behind is read.
              own?.undone.resolve()
              own?.ended.resolve()
            }),
          ...beside.map((planned) =>
            outage(planned, own?.undone.promise).finally(() => {
              over(planned)
            }),
          ),
        ])
        for (const result of results) if (result.status === 'rejected') throw result.reason
      })
      // Also when it never began: others wait for this end.
      return walked.finally(() => {
        beside.forEach(over)
      })
    }),
    ...outages.filter(({ during }) => during === undefined).map((planned) => step(planned.id, planned.after, () => outage(planned))),
  ])
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** What `experiment` has to wait for: as planned, or, in a plan without such links, every earlier one that it conflicts with. */
function predecessors(experiment: PlannedExperiment, order: PlannedExperiment[], plan: Plan): NonNullable<PlannedExperiment['after']> {
  if (experiment.after !== undefined && !plan.serial) return experiment.after
  const probes = experiment.after?.filter(({ experiment: id }) => id === PROBES) ?? []
  return [
    ...probes,
    ...order
      .slice(0, order.indexOf(experiment))
      .map(({ id }) => id)
      .filter(
        (id) => plan.serial || plan.conflicts.some(({ a, b }) => (a === id && b === experiment.id) || (b === id && a === experiment.id)),
      )
      .map((id) => ({ experiment: id, until: 'ended' as const })),
  ]
}

async function warmUp(use: LoadUse, ports: Ports, options: DrillOptions): Promise<void> {
  ports.progress.line('warming up: connection pools, JITs, label sets')
  await ports.telemetry.span('warm-up', {}, async () => {
    const load = await ports.load.start(use, { experiment: 'drill', leg: 'warm-up', runId: options.runId, maxMs: 60_000 })
    ports.journal.append({ kind: 'load', experiment: 'drill', leg: 'warm-up', phase: 'begin', ...use })
    const stop = (): void => {
      void load.stop()
    }
    options.signal.addEventListener('abort', stop, { once: true })
    const { exitCode, summary, error } = await load.done
    options.signal.removeEventListener('abort', stop)
    ports.journal.append({
      kind: 'load',
      experiment: 'drill',
      leg: 'warm-up',
      phase: 'end',
      ...use,
      exitCode,
      ...(summary === null ? {} : { summary }),
      ...(error === undefined ? {} : { error }),
    })
    const made = failuresIn(summary?.slices ?? [])
    if (made !== '')
      ports.journal.append({
        kind: 'note',
        message: `the warm-up was answered ${made}: series of these statuses exist because of it. On a platform that never had such an answer the first one makes the series, and rate() does not count it (https://github.com/prometheus/prometheus/issues/1673)`,
      })
  })
  options.signal.throwIfAborted()
}

/** "1 x 502 by shop, 12 x 429 by gateway". */
function failuresIn(slices: readonly LoadSlice[]): string {
  const counts = new Map<string, number>()
  for (const { service, statuses } of slices)
    for (const [status, count] of Object.entries(statuses))
      if (Number(status) >= 400) counts.set(`${status} by ${service}`, (counts.get(`${status} by ${service}`) ?? 0) + count)
  return [...counts].map(([what, count]) => `${count} x ${what}`).join(', ')
}

export function recordCpuWaits({ journal }: Pick<Ports, 'journal'>, seen: CpuWaits): void {
  journal.append({ kind: 'cpu-waits', ...seen })
  if (seen.unobserved !== undefined)
    journal.append({ kind: 'note', message: `how long parts waited for a CPU was not observed: ${seen.unobserved}` })
}

function recordUsage({ journal, clock }: Ports, { cpuS, peakRssBytes }: { cpuS: number; peakRssBytes: number }): void {
  const at = clock.now() / 1000
  journal.append({ kind: 'health', metric: 'firedrill_cpu_seconds_total', series: [{ metric: {}, values: [[at, String(cpuS)]] }] })
  journal.append({
    kind: 'health',
    metric: 'firedrill_peak_resident_memory_bytes',
    series: [{ metric: {}, values: [[at, String(peakRssBytes)]] }],
  })
}

async function keepBackground(use: LoadUse, ports: Ports, options: DrillOptions, boundMs: number, signal: AbortSignal): Promise<void> {
  await loadUntil(use, 'background', boundMs, ports, options, signal)
}

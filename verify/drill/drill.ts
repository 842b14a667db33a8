import { randomBytes } from 'node:crypto'
import { dirname, join, resolve } from 'node:path'
import { systemClock } from '../drivers/clock.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Plan } from '../model/plan.ts'
import type { FaultUse, Spec } from '../model/spec.ts'
import type { Target } from '../model/target.ts'
import type { Rung } from '../model/rung.ts'
import type { Report } from '../model/report.ts'
import type { Ended } from '../run/options.ts'
import type { Progress } from '../run/ports.ts'
import { composeTarget } from '../targets/compose.ts'
import { inCompressedCompose } from '../targets/compressed-compose.ts'
import { credentialsOf, hidingProgress } from '../targets/credentials.ts'
import { requireDockerSockets } from '../targets/docker-socket.ts'
import { inLab, labTargetThatIsUp } from '../targets/lab.ts'
import { undoBeforeDrill } from '../targets/leftovers.ts'
import { requireOwnProcesses } from '../targets/own-processes.ts'
import { requireTypedName } from '../targets/typed-name.ts'
import { connect, loadedTiming, requireStores } from './connect.ts'
import { dryRunText } from './dry-run.ts'
import type { Lock } from '../../chaos/socket-lock.ts'
import { clusterChaos } from '../../chaos/cluster-chaos.ts'
import { clusterKeepers } from '../../chaos/cluster-keepers.ts'
import { requireClusterRights } from '../../chaos/cluster-rights.ts'
import { faults } from '../../chaos/fault-registry.ts'
import { consoleText } from '../report/formats.ts'
import { widthOf } from '../text/columns.ts'
import { turnText } from '../text/turn.ts'
import { glimpsing } from './glimpse.ts'
import { lastFired, pastDrills, pastIn, remember } from './history.ts'
import { bundlePage } from './bundle-page.ts'
import { chosenTarget } from './choose-target.ts'
import { judgeRun } from './judge-folder.ts'
import { openLivePage } from './live-page.ts'
import { planFor } from './plan-for.ts'
import { openProgress } from './progress-lines.ts'
import { deployedForm, readPlatform, type Form } from '../platform/read-platform.ts'
import { readSpec } from './read-spec.ts'
import { record } from './record.ts'
import type { DrillRequest } from './request.ts'
import { secondAttempts } from './retries.ts'
import { makeRunFolder, newRunId, pointLatestAt, requireNoRun, writeJson } from './run-folder.ts'

export interface DrillOutcome {
  exitCode: number
  /** null when nothing was run. */
  folder: string | null
}

/**
 * A whole drill: spec, target, plan, run, verdicts, reports. However it ends, every part of the lab that it started is stopped. `below`:
 * lint and simulate of what is deployed, for the journal; asked after all that refuses a drill at once, and before anything is started.
 */
export async function drill(request: DrillRequest, io: CommandIo, below?: () => Promise<Rung[]>): Promise<DrillOutcome> {
  const spec = await readSpec(request.spec, io)
  if (spec === undefined) return { exitCode: 2, folder: null }
  if (request.budgetFloor !== undefined && spec.slo.measured === undefined)
    throw new FiredrillError('BAD_OPTION', '--budget-floor: the specification names no counter of the error budget', {
      next: 'Give slo.yaml `measured:`, or leave out --budget-floor.',
    })
  const platform = readPlatform(io)
  const chosen = await targetFor(request, platform, io)
  const speed = typeof chosen === 'string' ? request.speed : chosen.speed
  const asked: Asked = { ...request, speed, platform, form: deployedForm(platform, io.env) }
  // A wrong selection is an error before anything is started.
  planFor(spec, asked, asked.form, { runs: [], nowMs: systemClock.now() })
  if (request.dryRun) {
    const target = typeof chosen === 'string' ? await labTargetThatIsUp(io.env) : chosen.target
    const plan = dryPlan(asked, target, spec, io)
    let keepers: Awaited<ReturnType<typeof clusterKeepers>> = new Map()
    let others: string[] = []
    if (target !== undefined) {
      await requireOwnProcesses(target)
      await requireClusterRights(target, faultsOf(plan), faults)
      keepers = await clusterKeepers(target, faultsOf(plan), faults)
      others = await clusterChaos(target)
    }
    io.stdout(dryRunText(plan, target, faults, keepers, others))
    return { exitCode: 0, folder: null }
  }
  // Before the lab is up, not a minute after.
  if (request.out !== undefined) requireNoRun(resolve(io.cwd, request.out))
  const progress = openProgress(io, systemClock)
  let rungs: Rung[] | undefined
  const climb = async (): Promise<void> => {
    rungs = await below?.()
  }
  try {
    if (typeof chosen === 'string')
      return await inLab(asked, io, progress, climb, (target) => drillOn(target, asked, { spec, rungs }, io, progress))
    const { target } = chosen
    requireStores(spec, target)
    requireTypedName(target, request.confirm)
    if (target.kind === 'compose') {
      credentialsOf(target, io.env)
      requireDockerSockets(target, io.env)
    }
    await climb()
    const work = (on: Target, held?: Lock): Promise<DrillOutcome> => drillOn(on, asked, { spec, rungs }, io, progress, held)
    if (target.kind !== 'compose' || speed === 1) return await work(target)
    await undoBeforeDrill(target.name, progress, io.env)
    return await inCompressedCompose(target, speed, io, progress, work)
  } finally {
    progress.close()
  }
}

/** A request, and what the platform says of it. */
type Asked = DrillRequest & { platform: PlatformFolder; form: Form }

/** The target of a request, and by how much its durations are divided; the lab is brought up later. */
async function targetFor(
  request: DrillRequest,
  platform: PlatformFolder,
  io: CommandIo,
): Promise<'lab' | { target: Target; speed: number }> {
  const chosen = await chosenTarget(request.target, platform, io.cwd)
  if (chosen === 'lab') return chosen
  if ([request.monitoring, request.lab, request.versions, request.compose].some((option) => option !== undefined))
    throw new FiredrillError('BAD_OPTION', '--monitoring, --compose, --lab and --versions go with the lab only', {
      next: 'Leave out --target, or say --target lab.',
    })
  return chosen === 'compose' ? { target: composeTarget(io.env), speed: request.askedSpeed ?? 1 } : chosen
}

/** Of the lab what is up; without one the means are those of the specification. */
function dryPlan(request: Asked, target: Target | undefined, spec: Spec, io: CommandIo): Plan {
  const out = resolve(io.cwd, request.out ?? join(request.platform.reports, 'any'))
  const past = pastIn(dirname(out), target?.name ?? 'lab', systemClock.now())
  return planFor(spec, request, request.form, past, undefined, target)
}

function faultsOf({ experiments, outages = [] }: Plan): FaultUse[] {
  return [...experiments.flatMap(({ legs }) => legs), ...outages].flatMap(({ fault }) => fault ?? [])
}

/** `held`: the lock of the target's ledger, where what an earlier drill left is undone already. */
async function drillOn(
  target: Target,
  request: Asked,
  { spec, rungs }: { spec: Spec; rungs: Rung[] | undefined },
  io: CommandIo,
  shown: Progress,
  held?: Lock,
): Promise<DrillOutcome> {
  // Missing credentials are an error before anything is asked or undone.
  const connected = connect(target, io)
  const progress = hidingProgress(shown, connected.hidden)
  if (held === undefined) await undoBeforeDrill(target.name, progress, io.env)
  await requireOwnProcesses(target)
  const runId = newRunId(systemClock.now(), randomBytes(2).toString('hex'))
  const out = resolve(io.cwd, request.out ?? join(request.platform.reports, runId))
  const past = pastIn(dirname(out), target.name, systemClock.now())
  const plan = planFor(spec, request, request.form, past, await loadedTiming(connected), target)
  await requireClusterRights(target, faultsOf(plan), faults)
  progress.line(
    `plan: ${plan.experiments.length} experiments, at most ${Math.round(plan.makespanMs / 1000)} s (lower bound ${Math.round(plan.lowerBoundMs / 1000)} s)`,
  )
  const turn = turnText(plan.turn)
  if (turn !== undefined) progress.line(`in turn: ${turn}`)
  const kept = [...(await clusterKeepers(target, faultsOf(plan), faults))].map(([fault, said]) => `${fault}: ${said.join('; ')}`)
  for (const warning of [...(plan.warnings ?? []), ...(past.damaged ?? []), ...kept, ...(await clusterChaos(target))])
    progress.line(`warning: ${warning}`)

  const folder = makeRunFolder(out)
  writeJson(folder, 'spec.json', spec)
  writeJson(folder, 'plan.json', plan)
  const again = secondAttempts(plan, spec, folder, request.retries, progress)
  const look = glimpsing(connected, systemClock)
  const live = request.watch ? await openLivePage(systemClock, await bundlePage(), undefined, look) : undefined
  if (live !== undefined) progress.line(`watch: ${live.address}`)
  try {
    const signal = live === undefined ? io.signal : AbortSignal.any([io.signal, live.stop])
    const watch = live === undefined ? {} : { watch: live.append }
    const earlier = { lastFired: lastFired(past), past: pastDrills(past, plan), ...(rungs === undefined ? {} : { rungs }) }
    const guard = request.guard === true
    const recording = {
      runId,
      folder,
      env: io.env,
      signal,
      progress,
      again,
      guard,
      ...(request.budgetFloor === undefined ? {} : { budgetFloor: request.budgetFloor }),
      home: request.platform,
      ...(held === undefined ? {} : { held }),
      ...earlier,
      ...watch,
    }
    const ended = await record(plan, spec, connected, recording)
    const judged = await judgeRun(folder)
    remember(folder, judged.report, plan)
    live?.finish(await judged.page())
    return printed(judged.report, ended, request, folder, io, progress)
  } finally {
    await live?.close()
  }
}

function printed(report: Report, ended: Ended, request: DrillRequest, folder: string, io: CommandIo, progress: Progress): DrillOutcome {
  if (request.out === undefined) pointLatestAt(folder)
  progress.line(`reports: ${folder}`)
  io.stdout(consoleText(report, { color: io.color, width: widthOf(io) }))
  return { exitCode: ended === 'interrupted' ? 130 : report.exitCode, folder }
}

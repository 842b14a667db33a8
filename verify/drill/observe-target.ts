import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { hasLeftover } from '../../chaos/ledger.ts'
import { openReceiver } from '../collect/receiver-source.ts'
import { compressExpr } from '../compress/compress.ts'
import { systemClock } from '../drivers/clock.ts'
import { openJournalFile } from '../drivers/journal-file.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Target } from '../model/target.ts'
import { observationPlan } from '../plan/observation.ts'
import { consoleText } from '../report/formats.ts'
import { observe } from '../run/observe.ts'
import { composeTarget } from '../targets/compose.ts'
import { hidingProgress } from '../targets/credentials.ts'
import { cpuWaitSource } from '../targets/cpu-wait-source.ts'
import { labTargetThatIsUp, labThatIsUp } from '../targets/lab.ts'
import { ledgerFolder, ledgersOf } from '../targets/ledger-folder.ts'
import { receiverAddresses } from '../targets/way-back.ts'
import { widthOf } from '../text/columns.ts'
import { bundlePage } from './bundle-page.ts'
import { chosenTarget } from './choose-target.ts'
import { connect, loadedTiming, versionsOf } from './connect.ts'
import { judgeRun } from './judge-folder.ts'
import { glimpsing } from './glimpse.ts'
import { openLivePage } from './live-page.ts'
import { openProgress } from './progress-lines.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { readSpec } from './read-spec.ts'
import type { DrillRequest } from './request.ts'
import { makeRunFolder, newRunId, pointLatestAt, writeJson } from './run-folder.ts'
import { toolVersionText } from './version.ts'

/** `run --observe`: every rule for `forMs`, with nothing done to the target. Resolves with the exit code. */
export async function observeTarget(request: DrillRequest, forMs: number, io: CommandIo): Promise<number> {
  const spec = await readSpec(request.spec, io)
  if (spec === undefined) return 2
  const shown = openProgress(io, systemClock)
  const closing = new AsyncDisposableStack()
  try {
    const platform = readPlatform(io)
    const { target, speed } = await targetToObserve(request.target, platform, io)
    const connected = connect(target, io)
    const progress = hidingProgress(shown, connected.hidden)
    const plan = observationPlan(spec, { ...request, speed, compressExpr }, await loadedTiming(connected), forMs)
    const runId = newRunId(systemClock.now(), randomBytes(2).toString('hex'))
    const folder = makeRunFolder(resolve(io.cwd, request.out ?? join(platform.reports, runId)))
    writeJson(folder, 'spec.json', spec)
    writeJson(folder, 'plan.json', plan)
    const live = request.watch
      ? await openLivePage(systemClock, await bundlePage(), undefined, glimpsing(connected, systemClock))
      : undefined
    if (live !== undefined) closing.defer(() => live.close())
    if (live !== undefined) progress.line(`watch: ${live.address}`)
    const journal = openJournalFile(join(folder, 'journal.ndjson'), systemClock, connected.secrets, live?.append)
    closing.defer(() => {
      journal.close()
    })
    const receiver = await openReceiver(await receiverAddresses(connected.target), systemClock)
    closing.defer(() => receiver.close())
    progress.line(observingText(plan.experiments.length, target.name, forMs))
    const notes = await leftText(target.name, io.env)
    for (const note of notes) progress.line(note)
    const { prometheus, alertmanager } = connected
    const ended = await observe(
      plan,
      spec,
      { clock: systemClock, journal, prometheus, alertmanager, receiver, machine: cpuWaitSource(target) },
      {
        runId,
        tool: toolVersionText(),
        target: target.name,
        components: await versionsOf(connected),
        notes,
        signal: live === undefined ? io.signal : AbortSignal.any([io.signal, live.stop]),
      },
    )
    const judged = await judgeRun(folder)
    live?.finish(await judged.page())
    if (request.out === undefined) pointLatestAt(folder)
    progress.line(`reports: ${folder}`)
    io.stdout(consoleText(judged.report, { color: io.color, width: widthOf(io) }))
    return ended === 'interrupted' ? 130 : judged.report.exitCode
  } finally {
    await closing.disposeAsync()
    shown.close()
  }
}

/** A target that is up, by how much its durations are divided. Nothing is started for an observation. */
async function targetToObserve(
  where: string | undefined,
  platform: PlatformFolder,
  io: CommandIo,
): Promise<{ target: Target; speed: number }> {
  const chosen = await chosenTarget(where, platform, io.cwd)
  if (chosen === 'compose') return { target: composeTarget(io.env), speed: 1 }
  if (chosen !== 'lab') return chosen
  const [target, state] = [await labTargetThatIsUp(io.env), await labThatIsUp(io.env)]
  if (target === undefined || state === undefined)
    throw new FiredrillError('NO_LAB', 'no lab is up, and an observation starts none', { exitCode: 3, next: 'bin/firedrill lab up' })
  return { target, speed: state.speed }
}

export function observingText(rules: number, target: string, forMs: number): string {
  const time = forMs === 0 ? 'until you type quit' : `for ${forMs / 60_000} min`
  return `observing ${rules} rules on ${target} ${time}: no fault, no load, no alert of the drill`
}

/** What an earlier drill left is not undone by an observation, and it is part of what happens. */
export async function leftText(target: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const left = await Promise.all(ledgersOf(target).map((name) => hasLeftover(ledgerFolder(name, env))))
  return left.includes(true)
    ? [`faults are in force on ${target}: a drill runs there, or was killed (then: npm run firedrill -- undo --target ${target})`]
    : []
}

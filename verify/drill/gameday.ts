import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { createChaos } from '../../chaos/controller.ts'
import { faults } from '../../chaos/fault-registry.ts'
import { labStatus } from '../../lab/stack.ts'
import { labTarget } from '../../lab/lab-target.ts'
import { findTool } from '../../lab/tools/tools.ts'
import { openReceiver } from '../collect/receiver-source.ts'
import { compressExpr } from '../compress/compress.ts'
import { systemClock } from '../drivers/clock.ts'
import { openJournalFile } from '../drivers/journal-file.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import type { Choice } from '../model/page.ts'
import type { Plan } from '../model/plan.ts'
import type { PlatformFolder } from '../model/platform-folder.ts'
import type { Target } from '../model/target.ts'
import { observationPlan } from '../plan/observation.ts'
import { consoleText } from '../report/formats.ts'
import { composeTarget } from '../targets/compose.ts'
import { cpuWaitSource } from '../targets/cpu-wait-source.ts'
import { ledgerFolder } from '../targets/ledger-folder.ts'
import { undoBeforeDrill } from '../targets/leftovers.ts'
import { requireTypedName } from '../targets/typed-name.ts'
import { proveWayBack, receiverAddresses } from '../targets/way-back.ts'
import { widthOf } from '../text/columns.ts'
import { line } from '../text/printable.ts'
import { bundlePage } from './bundle-page.ts'
import { chosenTarget } from './choose-target.ts'
import { connect, loadedTiming, versionsOf } from './connect.ts'
import { asInjected, choicesOf, completions, type Means } from './gameday-choices.ts'
import { everyExperiment } from './gameday-plan.ts'
import { playGameday, playObservation } from './gameday-play.ts'
import { COMMANDS } from './gameday-session.ts'
import { openTerminal, type Terminal } from './gameday-terminal.ts'
import { glimpsing, type Look } from './glimpse.ts'
import { judgeRun } from './judge-folder.ts'
import { loadOf } from './load-of.ts'
import { openLivePage, type LiveGameday, type LivePage } from './live-page.ts'
import { leftText, observingText } from './observe-target.ts'
import { deployedForm, readPlatform } from '../platform/read-platform.ts'
import { readSpec } from './read-spec.ts'
import type { RunFlags } from './request.ts'
import { makeRunFolder, newRunId } from './run-folder.ts'
import { toolVersionText } from './version.ts'

export interface GamedayFlags extends Pick<RunFlags, 'target' | 'spec' | 'out' | 'confirm'> {
  yes?: boolean
  observe?: boolean
  undoAfter: number
}

/**
 * A game day on a target that is up: injections by hand, recorded, judged and reported as a drill's are, everything undone at the end. Sets
 * io.exitCode.
 */
export async function runGameday(flags: GamedayFlags, io: CommandIo): Promise<void> {
  const { stdin } = io
  if (stdin === undefined) throw new FiredrillError('NO_INPUT', 'a game day reads its commands from standard input, and there is none')
  const spec = await readSpec(flags.spec, io)
  if (spec === undefined) return
  const platform = readPlatform(io)
  const { target, speed } = await targetOf(flags.target, platform, io)
  if (flags.observe !== true) requireTypedName(target, flags.confirm)
  const connected = connect(target, io)
  const timing = await loadedTiming(connected)
  const means =
    flags.observe === true
      ? { faults: [], parts: {}, services: [], scripts: {}, plan: observationPlan(spec, { speed, compressExpr }, timing, 0) }
      : meansOf(target, platform, everyExperiment(spec, speed, timing, deployedForm(platform, io.env), io))

  const closing = new AsyncDisposableStack()
  try {
    const chaos = flags.observe === true ? undefined : await openChaos(target, io)
    if (chaos !== undefined) closing.defer(() => chaos.close())
    const addresses = await receiverAddresses(connected.target)
    const receiver = await openReceiver(addresses, systemClock)
    closing.defer(() => receiver.close())
    const untried = chaos === undefined ? undefined : await proveWayBack(addresses, receiver)
    if (untried !== undefined) io.stderr(`${untried}\n`)
    const runId = `gameday-${newRunId(systemClock.now(), randomBytes(2).toString('hex'))}`
    const folder = makeRunFolder(resolve(io.cwd, flags.out ?? join(platform.reports, runId)))
    const look = glimpsing(connected, systemClock)
    const { page, journal, terminal, shown } = await openCockpit(stdin, io, choicesOf(means), folder, connected.secrets, look)
    closing.defer(() => page.close())
    closing.defer(() => journal.close())
    closing.defer(() => terminal.close())
    const { prometheus, alertmanager } = connected
    const world = { clock: systemClock, journal, receiver, machine: cpuWaitSource(target), prometheus, alertmanager }
    const options = {
      ...means,
      runId,
      spec,
      tool: toolVersionText(),
      target: target.name,
      components: await versionsOf(connected),
      yes: flags.yes ?? false,
      undoAfterMs: flags.undoAfter,
      signal: AbortSignal.any([io.signal, terminal.left, page.stop]),
      write: shown,
      changed: (state: Parameters<typeof page.show>[0]) => page.show(state),
      handOver: (from: string, to: string) => page.handedOver(from, to),
      prompt: () => terminal.prompt(),
    }
    const notes = chaos === undefined ? await leftText(target.name, io.env) : []
    for (const text of chaos === undefined ? [observingText(means.plan.experiments.length, target.name, 0), ...notes] : [])
      shown(`${text}\n`)
    const ended =
      chaos === undefined
        ? await playObservation(terminal.lines, world, { ...options, notes })
        : await playGameday(
            terminal.lines,
            {
              ...world,
              chaos,
              load: await loadOf(target, {
                k6: findTool('k6') ?? 'k6',
                scripts: platform.scripts,
                credentials: connected.credentials.services,
                chaos,
              }),
            },
            options,
          )
    const judged = await judgeRun(folder)
    page.finish(await judged.page())
    terminal.close()
    io.stdout(consoleText(judged.report, { color: io.color, width: widthOf(io) }))
    io.stderr(`reports: ${folder}\n`)
    io.exitCode = ended.ended === 'completed' ? judged.report.exitCode : ended.notUndone.length > 0 ? 3 : 130
  } finally {
    await closing.disposeAsync()
  }
}

/** What an earlier drill left is undone first. */
async function openChaos(target: Target, io: CommandIo): Promise<Awaited<ReturnType<typeof createChaos>>> {
  // Its compressed configuration has a ledger of its own.
  if (target.name === 'compose') await undoBeforeDrill(target.name, { line: (text) => io.stderr(`${text}\n`), update: () => {} }, io.env)
  const chaos = await createChaos({ target, ledgerDir: ledgerFolder(target.name, io.env) })
  for (const fault of chaos.recovered.undone) io.stderr(`undone, left by an earlier drill: ${fault}\n`)
  return chaos
}

function meansOf(target: Target, { scripts }: PlatformFolder, plan: Plan): Means {
  const own = { faults: faults.map(({ meta }) => meta), parts: target.parts, scripts }
  const services = findTool('k6') === undefined ? [] : Object.keys(target.endpoints.services)
  return { ...own, services, plan: asInjected(plan, own) }
}

/** Page, terminal and journal of a game day: what is said on one is seen on the other. */
async function openCockpit(
  stdin: NonNullable<CommandIo['stdin']>,
  io: CommandIo,
  choices: readonly Choice[],
  folder: string,
  secrets: readonly string[],
  look: Look,
): Promise<{
  page: LivePage & { handedOver(from: string, to: string): void }
  terminal: Terminal
  journal: ReturnType<typeof openJournalFile>
  shown: (text: string) => void
}> {
  let numbers: number[] = []
  const terminal = openTerminal(stdin, io, (text) => completions(text, COMMANDS, choices, numbers))
  const means: LiveGameday = {
    choices: [...choices],
    say: (text) => terminal.say({ text, by: 'page' }),
    gone: () => {
      const text = 'the page that may act is gone: what was injected from it is undone'
      journal.append({ kind: 'note', message: text })
      shown(`${text}\n`)
      terminal.say({ text: 'undo page', by: 'firedrill' })
    },
    handOver: (from, to) => handedOver(from, to),
  }
  const live = await openLivePage(systemClock, await bundlePage(), means, look)
  const journal = openJournalFile(join(folder, 'journal.ndjson'), systemClock, secrets, live.append)
  const shown = (text: string): void => {
    terminal.print(text)
    live.show({ said: text })
  }
  const handedOver = (from: string, to: string): void => {
    const [giver, taker] = [line(from), line(to)]
    const address = live.handOver(taker)
    const text = `handed over from ${giver === '' ? 'the one who began it' : giver} to ${taker}`
    journal.append({ kind: 'note', message: text })
    shown(`${text}\n`)
    // On the terminal alone: a page that only watches must not read it.
    terminal.print(`the page of ${taker}: ${address}\n`, io.stderr)
  }
  const show: LivePage['show'] = (change) => {
    numbers = change.active?.map(({ number }) => number) ?? numbers
    live.show(change)
  }
  terminal.print(`watch, inject and undo here or at ${live.address}\n`, io.stderr)
  return { page: { ...live, show, handedOver }, terminal, journal, shown }
}

async function targetOf(where: string | undefined, platform: PlatformFolder, io: CommandIo): Promise<{ target: Target; speed: number }> {
  const chosen = await chosenTarget(where, platform, io.cwd)
  if (chosen === 'compose') return { target: composeTarget(io.env), speed: 1 }
  if (chosen !== 'lab') return chosen
  const { state } = await labStatus(io.env)
  return { target: labTarget(state, io.env), speed: state.speed }
}

import { randomBytes } from 'node:crypto'
import { on } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createChaos } from '../../chaos/controller.ts'
import { faults } from '../../chaos/registry.ts'
import { labStatus } from '../../lab/stack.ts'
import { labTarget } from '../../lab/target.ts'
import { openReceiver } from '../collect/receiver.ts'
import { systemClock } from '../drivers/clock.ts'
import { openJournalFile } from '../drivers/journal-file.ts'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { JOURNAL_VERSION } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { Target } from '../model/target.ts'
import { collectEvidence } from '../run/experiment/evidence.ts'
import { composeTarget } from '../targets/compose.ts'
import { ledgerFolder } from '../targets/ledger-folder.ts'
import { readTargetFile } from '../targets/target-file.ts'
import { proveWayBack, receiverAddresses } from '../targets/way-back.ts'
import { connect, loadedTiming } from './connect.ts'
import { bundlePage } from './bundle-page.ts'
import { choicesOf, gameday } from './gameday-session.ts'
import { judgeFolder, pageHtml } from './judge-folder.ts'
import { openLivePage } from './live-page.ts'
import { readSpec } from './read-spec.ts'
import { makeRunFolder, newRunId } from './run-folder.ts'
import { toolVersionText } from './version.ts'

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)))

export interface GamedayFlags {
  target: string
  spec?: string
  out?: string
  yes?: boolean
  undoAfter: number
}

/** A game day on a target that is up: faults typed by hand, recorded as a drill is, everything undone at the end. Sets io.exitCode. */
export async function runGameday(flags: GamedayFlags, io: CommandIo): Promise<void> {
  const { stdin } = io
  if (stdin === undefined) throw new FiredrillError('NO_INPUT', 'a game day reads its commands from standard input, and there is none')
  const spec = await readSpec(flags.spec, io)
  if (spec === undefined) return
  const connected = connect(await targetOf(flags.target, io), io)
  const { target, secrets, prometheus, alertmanager } = connected
  const plan = await emptyPlan(connected)

  const closing = new AsyncDisposableStack()
  try {
    const chaos = await createChaos({ target, ledgerDir: ledgerFolder(target.name, io.env) })
    closing.defer(() => chaos.close())
    for (const fault of chaos.recovered.undone) io.stderr(`undone, left by an earlier drill: ${fault}\n`)
    const addresses = await receiverAddresses(target)
    const receiver = await openReceiver(addresses, systemClock)
    closing.defer(() => receiver.close())
    const untried = await proveWayBack(addresses, receiver)
    if (untried !== undefined) io.stderr(`${untried}\n`)
    const runId = `gameday-${newRunId(systemClock.now(), randomBytes(2).toString('hex'))}`
    const folder = makeRunFolder(resolve(io.cwd, flags.out ?? join(ROOT, 'reports', runId)))
    const session = { faults: faults.map(({ meta }) => meta), parts: target.parts, spec }
    const page = await openLivePage(systemClock, await bundlePage(), {
      choices: choicesOf(session),
      // As if it was typed.
      say: (line) => terminal.emit('line', line),
    })
    closing.defer(() => page.close())
    io.stderr(`watch, inject and undo here or at ${page.address}\n`)
    const journal = openJournalFile(join(folder, 'journal.ndjson'), systemClock, secrets, page.append)
    closing.defer(() => {
      journal.close()
    })
    const zeroMs = systemClock.now()
    journal.append({
      kind: 'header',
      version: JOURNAL_VERSION,
      tool: toolVersionText(),
      runId,
      spec,
      plan,
      zeroMs,
      target: target.name,
      components: {},
    })

    const terminal = createInterface({
      input: stdin,
      ...(io.isTTY ? { output: process.stderr } : {}),
      terminal: io.isTTY,
      prompt: 'gameday> ',
    })
    closing.defer(() => {
      terminal.close()
    })
    const leave = new AbortController()
    // A terminal in line-editing mode hands Ctrl-C to readline instead of raising the signal.
    terminal.on('SIGINT', () => {
      leave.abort(new Error('interrupted'))
    })
    const ended = await gameday(
      linesOf(terminal),
      { clock: systemClock, journal, chaos, prometheus, receiver },
      {
        ...session,
        yes: flags.yes ?? false,
        undoAfterMs: flags.undoAfter,
        signal: AbortSignal.any([io.signal, leave.signal, page.stop]),
        write: (text) => {
          io.stdout(text)
          page.show({ said: text })
        },
        changed: (active) => {
          page.show({ active })
        },
        prompt: () => {
          if (io.isTTY) terminal.prompt()
        },
      },
    )
    await collectEvidence(plan, { clock: systemClock, journal, prometheus, alertmanager }, zeroMs, 10_000)
    const { undone, notUndone } = await chaos.undoAll()
    journal.append({ kind: 'footer', ended, undone, notUndone })
    const judged = await judgeFolder(folder)
    page.finish(await judged.page())
    writeFileSync(join(folder, 'report.html'), await pageHtml(judged))
    io.stderr(`journal and report.html: ${folder}\n`)
    io.exitCode = notUndone.length > 0 ? 3 : ended === 'interrupted' ? 130 : 0
  } finally {
    await closing.disposeAsync()
  }
}

/** Nothing is planned on a game day; its journal is read with the intervals that are loaded. */
async function emptyPlan(connected: Parameters<typeof loadedTiming>[0]): Promise<Plan> {
  return {
    speed: 1,
    seed: 1,
    timing: await loadedTiming(connected),
    experiments: [],
    traces: [],
    logs: [],
    serial: false,
    makespanMs: 0,
    lowerBoundMs: 0,
    criticalPath: [],
    conflicts: [],
  }
}

async function targetOf(where: string, io: CommandIo): Promise<Target> {
  if (where === 'compose') return composeTarget(io.env)
  if (where !== 'lab') return readTargetFile(resolve(io.cwd, where)).target
  return labTarget((await labStatus(io.env)).state, io.env)
}

/** Each line once, also those that come while a fault is being applied. */
async function* linesOf(terminal: ReturnType<typeof createInterface>): AsyncGenerator<string> {
  for await (const [line] of on(terminal, 'line', { close: ['close'] }) as AsyncIterable<[string]>) yield line
}

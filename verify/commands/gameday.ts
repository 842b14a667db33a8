import { randomBytes } from 'node:crypto'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { on } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { createChaos } from '../../chaos/controller.ts'
import { faults } from '../../chaos/registry.ts'
import { labStatus } from '../../lab/stack.ts'
import { labTarget, provideSecrets } from '../../lab/target.ts'
import { alertmanagerSource } from '../collect/alertmanager.ts'
import { prometheusSource } from '../collect/prometheus.ts'
import { openReceiver } from '../collect/receiver.ts'
import { FiredrillError } from '../model/error.ts'
import { JOURNAL_VERSION } from '../model/journal.ts'
import type { Plan } from '../model/plan.ts'
import type { Target } from '../model/target.ts'
import { systemClock } from '../drivers/clock.ts'
import { collectEvidence } from '../run/experiment/evidence.ts'
import { openJournalFile } from '../drivers/journal-file.ts'
import { credentialsOf, hideSecrets } from '../targets/credentials.ts'
import { gameday } from '../drill/gameday-session.ts'
import type { CommandIo } from '../model/command-io.ts'
import { ledgerFolder } from '../targets/ledger-folder.ts'
import { loadedTiming, secretsOf } from '../drill/drill.ts'
import { readSpec } from '../drill/read-spec.ts'
import { makeRunFolder, newRunId } from '../drill/run-folder.ts'
import { composeTarget, readTargetFile } from '../targets/target-file.ts'
import { toolVersionText } from '../drill/version.ts'

const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)))

export function gamedayCommand(io: CommandIo): Command {
  return new Command('gameday')
    .description('step through faults by hand on a target that is up, and watch what is noticed; everything is undone at the end')
    .option('--target <where>', 'lab (default), compose, or a YAML file that describes an environment', 'lab')
    .option('--spec <dir>', 'another specification')
    .option('--out <dir>', 'folder of the journal (default reports/gameday-<id>)')
    .option('--yes', 'do not ask before each fault')
    .addHelpText(
      'after',
      `
Commands come from the terminal or from standard input:
  printf 'inject kill-process redis\\nstatus\\nundo all\\n' | firedrill gameday --yes

Exit code: 0 ended by hand, 2 bad command line, 3 the target is not there or something could not be undone, 130 interrupted (all undone).`,
    )
    .action(async (flags: { target: string; spec?: string; out?: string; yes?: boolean }) => {
      await runGameday(flags, io)
    })
}

async function runGameday(flags: { target: string; spec?: string; out?: string; yes?: boolean }, io: CommandIo): Promise<void> {
  const { stdin } = io
  if (stdin === undefined) throw new FiredrillError('NO_INPUT', 'a game day needs somebody who types')
  const spec = await readSpec(flags.spec, io)
  if (spec === undefined) return
  provideSecrets(io.env)
  const target = await targetOf(flags.target, io)
  const credentials = credentialsOf(target, io.env)
  const secrets = secretsOf(io.env, credentials)
  hideSecrets(io, secretsOf({}, credentials))
  const prometheus = prometheusSource(target.endpoints.prometheus, credentials.to.prometheus)
  const alertmanager = alertmanagerSource(target.endpoints.alertmanager, credentials.to.alertmanager)
  const timing = await loadedTiming(prometheus, alertmanager)
  const plan: Plan = {
    speed: 1,
    seed: 1,
    timing,
    experiments: [],
    traces: [],
    logs: [],
    serial: false,
    makespanMs: 0,
    lowerBoundMs: 0,
    criticalPath: [],
    conflicts: [],
  }

  const closing = new AsyncDisposableStack()
  try {
    const chaos = await createChaos({ target, ledgerDir: ledgerFolder(target.name, io.env) })
    closing.defer(() => chaos.close())
    for (const fault of chaos.recovered.undone) io.stderr(`undone, left behind by an earlier drill: ${fault}\n`)
    const receiver = await openReceiver(target.endpoints.receiver, systemClock)
    closing.defer(() => receiver.close())
    const runId = `gameday-${newRunId(systemClock.now(), randomBytes(2).toString('hex'))}`
    const folder = makeRunFolder(resolve(io.cwd, flags.out ?? join(ROOT, 'reports', runId)))
    const journal = openJournalFile(join(folder, 'journal.ndjson'), systemClock, secrets)
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
        faults: faults.map(({ meta }) => meta),
        parts: target.parts,
        yes: flags.yes ?? false,
        signal: AbortSignal.any([io.signal, leave.signal]),
        write: (text) => {
          io.stdout(text)
        },
        prompt: () => {
          if (io.isTTY) terminal.prompt()
        },
      },
    )
    await collectEvidence(plan, { clock: systemClock, journal, prometheus, alertmanager }, zeroMs, 10_000)
    const { undone, notUndone } = await chaos.undoAll()
    journal.append({ kind: 'footer', ended, undone, notUndone })
    io.stderr(`journal: ${folder}\n`)
    io.exitCode = notUndone.length > 0 ? 3 : ended === 'interrupted' ? 130 : 0
  } finally {
    await closing.disposeAsync()
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

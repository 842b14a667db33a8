#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { setMaxListeners } from 'node:events'
import module from 'node:module'
import { pathToFileURL } from 'node:url'
import { toolVersion } from './drill/version.ts'
import type { CommandIo } from './model/command-io.ts'
import { FiredrillError } from './model/error.ts'
import { formatError } from './text/error-text.ts'
import { IS_PACKAGE, TOOL_ROOT, toolFile } from './tool/tool-files.ts'

/** Name -> its file. Only the one that is asked for is loaded: lint must answer within a second. */
const COMMANDS: Record<string, (io: CommandIo) => Promise<Command>> = {
  start: async (io) => (await import('./commands/start-command.ts')).startCommand(io),
  setup: async (io) => (await import('./commands/setup-command.ts')).setupCommand(io),
  lab: async (io) => (await import('./commands/lab-command.ts')).labCommand(io),
  lint: async (io) => (await import('./commands/lint-command.ts')).lintCommand(io),
  simulate: async (io) => (await import('./commands/simulate-command.ts')).simulateCommand(io),
  backtest: async (io) => (await import('./commands/backtest-command.ts')).backtestCommand(io),
  init: async (io) => (await import('./commands/init-command.ts')).initCommand(io),
  coverage: async (io) => (await import('./commands/coverage-command.ts')).coverageCommand(io),
  plan: async (io) => (await import('./commands/plan-command.ts')).planCommand(io),
  export: async (io) => (await import('./commands/export-command.ts')).exportCommand(io),
  run: async (io) => (await import('./commands/run-command.ts')).runCommand(io),
  judge: async (io) => (await import('./commands/judge-command.ts')).judgeCommand(io),
  report: async (io) => (await import('./commands/report-command.ts')).reportCommand(io),
  trend: async (io) => (await import('./commands/trend-command.ts')).trendCommand(io),
  diff: async (io) => (await import('./commands/diff-command.ts')).diffCommand(io),
  gameday: async (io) => (await import('./commands/gameday-command.ts')).gamedayCommand(io),
  adopt: async (io) => (await import('./commands/adopt-command.ts')).adoptCommand(io),
  undo: async (io) => (await import('./commands/undo-command.ts')).undoCommand(io),
  mutate: async (io) =>
    (await import('./commands/mutate-command.ts')).mutateCommand(io, (await import('./commands/mutate-live.ts')).liveJudge(io)),
  list: async (io) => (await import('./commands/list-command.ts')).listCommand(io),
  explain: async (io) => (await import('./commands/explain-command.ts')).explainCommand(io),
}

/** What these bring up or build is in a checkout alone. */
const OF_THE_LAB = ['start', 'setup', 'lab']

/** Runs one command line; never exits the process itself. `argv` without node and script. */
export async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  // https://no-color.org counts more than what the terminal can do.
  if (argv.includes('--no-color') || (io.env['NO_COLOR'] ?? '') !== '') io.color = false
  const platform = platformIn(argv)
  if (platform !== undefined) io.platform = platform
  try {
    const program = new Command('firedrill')
      .description('A fire drill for observability stacks: causes the trouble each alert promises to notice, and proves that it did.')
      .version(toolVersion(), '-V, --version')
      .showSuggestionAfterError()
    const asked = argv.find((word) => !word.startsWith('-'))
    if (IS_PACKAGE && asked !== undefined && OF_THE_LAB.includes(asked))
      throw new FiredrillError('PACKAGE_HAS_NO_LAB', `${asked} needs the lab, and the package has none`, {
        next: 'Drill an environment of your own: firedrill run --target FILE. The lab is in the repository of firedrill.',
      })
    const names =
      asked !== undefined && asked in COMMANDS ? [asked] : Object.keys(COMMANDS).filter((name) => !IS_PACKAGE || !OF_THE_LAB.includes(name))
    for (const name of names) program.addCommand(await COMMANDS[name]!(io))
    prepare(program, io)
    await program.parseAsync(argv, { from: 'user' })
    return io.exitCode
  } catch (error) {
    return await complain(error, io)
  }
}

/** Every command has the option, and none hands it on: where a platform is read it is asked for by `io`. */
function platformIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '--platform' || word.startsWith('--platform='))
  return at === -1 ? undefined : argv[at] === '--platform' ? argv[at + 1] : argv[at]?.slice('--platform='.length)
}

/** Settings that commander does not hand down to subcommands added by addCommand. */
function prepare(command: Command, io: CommandIo): void {
  command
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        io.stdout(text)
      },
      writeErr: (text) => {
        io.stderr(text)
      },
    })
    .showSuggestionAfterError()
  if (!command.options.some(({ long }) => long === '--no-color')) command.option('--no-color', 'no colours, on any terminal do')
  if (!command.options.some(({ long }) => long === '--platform'))
    command.option('--platform <dir>', 'folder of the platform (default: the nearest firedrill.yaml above the current folder)')
  for (const subcommand of command.commands) prepare(subcommand, io)
}

async function complain(error: unknown, io: CommandIo): Promise<number> {
  if (error instanceof CommanderError) {
    // Commander has already written its message; help and version are not errors.
    return error.exitCode === 0 ? 0 : 2
  }
  if (io.signal.aborted) {
    io.stderr(`${error instanceof FiredrillError ? formatError(error) : 'interrupted'}\n`)
    return 130
  }
  if (error instanceof FiredrillError) {
    io.stderr(`${formatError(error)}\n`)
    return error.exitCode
  }
  const { atSources } = await import('./tool/source-places.ts')
  const stack = error instanceof Error ? atSources(error.stack ?? error.message) : String(error)
  io.stderr(`firedrill itself failed: ${stack} [INTERNAL]\n  Please report this with the command line.\n`)
  return 3
}

function processIo(): CommandIo {
  const interrupt = new AbortController()
  // Each program that is started listens; Node 20 warns of the eleventh.
  setMaxListeners(0, interrupt.signal)
  let signals = 0
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      signals += 1
      if (signals === 1) interrupt.abort(new Error(`interrupted by ${name}`))
      else if (signals === 2) process.stderr.write('still undoing what was done; once more to leave it to the watchdog\n')
      else process.exit(130)
    })
  }
  return {
    stdout: (text) => {
      process.stdout.write(text)
    },
    stderr: (text) => {
      process.stderr.write(text)
    },
    stdin: process.stdin,
    env: process.env,
    cwd: workingFolder(process.cwd(), process.env['INIT_CWD']),
    isTTY: process.stderr.isTTY === true && process.env['CI'] === undefined,
    color: process.stdout.isTTY === true,
    ...(process.stdout.isTTY === true ? { columns: process.stdout.columns } : {}),
    exitCode: 0,
    signal: interrupt.signal,
  }
}

/**
 * Where the user is. `npm run firedrill` goes to the folder of package.json, and says where it was typed
 * (https://docs.npmjs.com/cli/v11/commands/npm-run-script); below the script of another project that folder is not meant.
 */
export function workingFolder(cwd: string, typedIn: string | undefined): string {
  return cwd === TOOL_ROOT ? (typedIn ?? cwd) : cwd
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  // A closed pipe (`firedrill list | head`) is the reader's choice, not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
  })
  // Most of a start is reading TypeScript: what was compiled once is kept. https://nodejs.org/api/module.html#moduleenablecompilecachecachedir
  if (!IS_PACKAGE) module.enableCompileCache(toolFile('node_modules/.cache/compile'))
  process.exitCode = await main(process.argv.slice(2), processIo())
}

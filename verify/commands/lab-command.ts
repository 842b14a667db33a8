import { Command, InvalidArgumentError, Option } from 'commander'
import type { LabProgress, PartStatus } from '../../lab/stack.ts'
import type { CommandIo } from '../model/command-io.ts'
import { columns, widthOf } from '../text/columns.ts'
import { DEFAULT_SPEED, VERSIONS, speed, type RunFlags } from '../drill/request.ts'

interface UpFlags extends Pick<RunFlags, 'speed' | 'realTime' | 'lab' | 'versions' | 'monitoring' | 'compose' | 'only'> {
  format: string
}

export function labCommand(io: CommandIo): Command {
  const command = new Command('lab').description('the whole platform on this machine, as processes on loopback; needs no Docker')
  command.addCommand(upCommand(io))
  command.addCommand(downCommand(io))
  command.addCommand(statusCommand(io))
  command.addCommand(logsCommand(io))
  return command
}

function upCommand(io: CommandIo): Command {
  return withFormat(new Command('up'))
    .description('start it and wait until every part answers; a lab that is up is brought to these options')
    .addOption(new Option('--speed <k>', `divide durations by k (default ${DEFAULT_SPEED})`).argParser(speed))
    .addOption(new Option('--real-time', 'the configuration exactly as deployed').conflicts('speed'))
    .option('--monitoring <dir>', 'deploy these monitoring files instead of monitoring/')
    .option('--compose <file>', 'the compose file to deploy (default: the one beside the monitoring files)')
    .option('--lab <file>', 'replace parts of the lab')
    .addOption(new Option('--versions <set>', 'other versions of the stack in the lab (docs/versions.md)').choices(VERSIONS))
    .option('--only <part...>', 'these parts and what they need')
    .addHelpText(
      'after',
      '\nExit code: 0 up, 2 bad command line or file, 3 it did not come up (all is down again), 130 interrupted (all is down again).',
    )
    .action(async (flags: UpFlags) => {
      const { labOptions } = await import('../targets/lab.ts')
      const { refuseWhileDrilled } = await import('../targets/leftovers.ts')
      const { labUp } = await import('../../lab/stack.ts')
      await refuseWhileDrilled(io.env, 'Wait for it, or end it with Ctrl-C: it undoes its faults.')
      const up = await labUp({
        ...labOptions({ ...flags, speed: flags.realTime === true ? 1 : (flags.speed ?? DEFAULT_SPEED) }, io),
        progress: (event) => {
          line(event, io)
        },
        ...(flags.only === undefined ? {} : { only: flags.only }),
      })
      const { state } = up
      if (flags.format === 'json')
        return io.stdout(
          `${JSON.stringify({ labDir: state.labDir, speed: state.speed, reused: up.reused, changed: up.changed, readyAfterMs: state.readyAfterMs })}\n`,
        )
      io.stdout(
        up.reused
          ? `the lab is up already, at speed ${state.speed}\n`
          : `the lab is up at speed ${state.speed}: ${up.changed.length} of ${state.parts.length} parts started or changed\n`,
      )
    })
}

function downCommand(io: CommandIo): Command {
  return withFormat(new Command('down'))
    .description('stop it and remove all that it left, also after a crash')
    .option('--force', 'also while a drill runs in it')
    .addHelpText(
      'after',
      '\nExit code: 0 down, 3 a drill runs in it (nothing was done), or a fault of a killed drill outside of the lab could not be undone.',
    )
    .action(async ({ format, force }: { format: string; force?: boolean }) => {
      const { provideSecrets } = await import('../../lab/lab-target.ts')
      const { labDown } = await import('../../lab/stack.ts')
      const { refuseWhileDrilled, undoLeftovers } = await import('../targets/leftovers.ts')
      if (force !== true)
        await refuseWhileDrilled(
          io.env,
          'End it with Ctrl-C: it undoes its faults. To take the lab down under it: npm run lab -- down --force',
        )
      provideSecrets(io.env)
      // Parts that run already outlive the lab, so what was done to them is undone while its tools are still there.
      const before = force === true ? undefined : await undoLeftovers('lab', io.env)
      const { stopped, strays } = await labDown({ env: io.env })
      // What was wrong with a part that is gone now is no longer wrong.
      const after = (before?.notUndone.length ?? 0) > 0 ? await undoLeftovers('lab', io.env) : undefined
      const undone = [...(before?.undone ?? []), ...(after?.undone ?? [])]
      const notUndone = after?.notUndone ?? []
      if (notUndone.length > 0) {
        const { leftoverNext } = await import('../../chaos/controller.ts')
        io.stderr(`${notUndone.map((fault) => `NOT undone: ${fault}\n`).join('')}  ${leftoverNext('lab')}\n`)
        io.exitCode = 3
      }
      if (format === 'json') return io.stdout(`${JSON.stringify({ stopped, strays, undone, notUndone })}\n`)
      for (const fault of undone) io.stdout(`undone: ${fault}\n`)
      if (stopped.length === 0 && strays === 0) return io.stdout('no lab was up\n')
      io.stdout(`the lab is down: ${stopped.length} parts stopped${strays === 0 ? '' : `, ${strays} stray processes ended`}\n`)
    })
}

function statusCommand(io: CommandIo): Command {
  return withFormat(new Command('status'))
    .description('what runs where; exit code 3 when a part is not well or no lab is up')
    .action(async ({ format }: { format: string }) => {
      const { labStatus } = await import('../../lab/stack.ts')
      const { state, parts } = await labStatus(io.env)
      io.stdout(
        format === 'json'
          ? `${JSON.stringify({ labDir: state.labDir, phase: state.phase, speed: state.speed, parts }, null, 2)}\n`
          : statusTable(parts, widthOf(io)),
      )
      io.exitCode = parts.every(({ healthy }) => healthy) ? 0 : 3
    })
}

function logsCommand(io: CommandIo): Command {
  return new Command('logs')
    .description("the end of a part's log, or of each part's")
    .argument('[part]')
    .addOption(new Option('-n, --lines <count>', 'how many lines').argParser(count).default(50))
    .action(async (part: string | undefined, { lines }: { lines: number }) => {
      const { labLogs, labStatus } = await import('../../lab/stack.ts')
      if (part !== undefined) return io.stdout(`${await labLogs(part, lines, io.env)}\n`)
      const { parts } = await labStatus(io.env)
      for (const { id, logFile } of parts) {
        if (logFile !== null) io.stdout(`==> ${id} (${logFile})\n${await labLogs(id, lines, io.env)}\n\n`)
      }
    })
}

function statusTable(parts: readonly PartStatus[], width: number): string {
  const rows = parts.map((part) => [
    part.id,
    part.state === 'running' ? (part.healthy ? 'healthy' : 'not answering') : part.state,
    part.address,
    part.pid === null ? '-' : String(part.pid),
    part.rssBytes === null ? '-' : `${Math.round(part.rssBytes / 1_048_576)} MB`,
  ])
  return `${columns([['part', 'state', 'address', 'pid', 'memory'], ...rows], width).join('\n')}\n`
}

function withFormat(command: Command): Command {
  return command.addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
}

function line({ part, event, afterMs }: LabProgress, io: CommandIo): void {
  if (event !== 'kept') io.stderr(`${(afterMs / 1000).toFixed(1).padStart(6)} s  ${part} ${event}\n`)
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('a whole number from 1 is wanted.')
  return value
}

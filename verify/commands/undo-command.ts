import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { FiredrillError } from '../model/error.ts'
import type { CommandIo } from '../model/command-io.ts'
import { ledgerFolder, targetsWithLedger } from '../targets/ledger-folder.ts'

export function undoCommand(io: CommandIo): Command {
  return new Command('undo')
    .description('undo every fault that a killed drill left, on every target; does nothing when there is none')
    .option('--target <where>', 'this one alone: lab, compose, or the YAML file or the name of an environment')
    .option('--forget', 'with --target: give up what cannot be undone, because that system is gone for good')
    .addHelpText('after', '\nExit code: 0 nothing is left, 3 something could not be undone or a drill is running.')
    .action(async ({ target, forget: giveUp = false }: { target?: string; forget?: boolean }) => {
      if (giveUp && target === undefined)
        throw new FiredrillError('BAD_OPTION', '--forget goes with --target', {
          next: 'Say which target is gone: --target lab, for example.',
        })
      const names = target === undefined ? targetsWithLedger(io.env) : [await targetName(target, io)]
      let any = false
      const running: unknown[] = []
      for (const name of names) {
        try {
          any = (await undoOn(name, giveUp, io)) || any
        } catch (error) {
          // A drill that runs on one target does not keep the others from being undone.
          running.push(error)
        }
      }
      if (running.length > 0) throw running[0]
      if (!any) io.stdout('nothing was left behind\n')
    })
}

/** Undoes or gives up what is left on one target, says what, and returns whether there was any. */
async function undoOn(name: string, giveUp: boolean, io: CommandIo): Promise<boolean> {
  if (name === 'compose') (await import('../targets/compose.ts')).readComposeEnvironment(io.env)
  const { provideSecrets } = await import('../../lab/lab-target.ts')
  const { forgetLeftovers, undoLeftovers } = await import('../targets/leftovers.ts')
  provideSecrets(io.env)
  const { undone, notUndone } = giveUp ? await forgetLeftovers(name, io.env) : await undoLeftovers(name, io.env)
  const on = name === 'lab' ? '' : `, target ${name}`
  for (const fault of undone) io.stdout(`undone: ${fault}${on}\n`)
  for (const fault of notUndone) io.stdout(`${giveUp ? 'forgotten' : 'NOT undone'}: ${fault}${on}\n`)
  if (notUndone.length > 0 && !giveUp) {
    const { leftoverNext } = await import('../../chaos/controller.ts')
    io.stderr(`  ${leftoverNext(name)}\n`)
    io.exitCode = 3
  }
  return undone.length + notUndone.length > 0
}

/** A file's own name may have changed or the file may be gone since: the name alone is enough where a ledger has it. */
async function targetName(target: string, io: CommandIo): Promise<string> {
  if (target === 'lab' || target === 'compose') return target
  const { findPlatform, readPlatform } = await import('../platform/read-platform.ts')
  const { targetFile } = await import('../drill/choose-target.ts')
  const file = findPlatform(io) === undefined ? resolve(io.cwd, target) : targetFile(target, readPlatform(io), io.cwd)
  if (existsSync(file)) return (await import('../targets/target-file.ts')).readTargetFile(file).target.name
  if (existsSync(ledgerFolder(target, io.env))) return target
  throw new FiredrillError(
    'TARGET_UNREADABLE',
    `no drill has left anything on a target called ${JSON.stringify(target)}, and there is no such file`,
    { next: 'Give lab, compose, or the YAML file of the drill by --target.' },
  )
}

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { Command } from 'commander'
import { forget, LEFTOVER_NEXT } from '../../chaos/controller.ts'
import { provideSecrets } from '../../lab/target.ts'
import { FiredrillError } from '../model/error.ts'
import type { CommandIo } from '../model/command-io.ts'
import { ledgerFolder } from '../targets/ledger-folder.ts'
import { undoLeftovers } from '../targets/leftovers.ts'
import { readTargetFile } from '../targets/target-file.ts'

export function undoCommand(io: CommandIo): Command {
  return new Command('undo')
    .description('undo every fault that a killed drill left behind; does nothing when there is none')
    .option('--target <where>', 'lab, compose, or the YAML file or the name of an environment', 'lab')
    .option('--forget', 'give up what cannot be undone, because that system is gone for good')
    .addHelpText('after', '\nExit code: 0 nothing is left, 3 something could not be undone or a drill is running.')
    .action(async ({ target, forget: giveUp }: { target: string; forget?: boolean }) => {
      provideSecrets(io.env)
      const name = targetName(target, io)
      const { undone, notUndone } = giveUp === true ? await forget(ledgerFolder(name, io.env)) : await undoLeftovers(name, io.env)
      for (const fault of undone) io.stdout(`undone: ${fault}\n`)
      for (const fault of notUndone) io.stdout(`${giveUp === true ? 'forgotten' : 'NOT undone'}: ${fault}\n`)
      if (undone.length === 0 && notUndone.length === 0) io.stdout('nothing was left behind\n')
      if (notUndone.length === 0 || giveUp === true) return
      io.stderr(`  ${LEFTOVER_NEXT}\n`)
      io.exitCode = 3
    })
}

/** A file's own name may have changed or the file may be gone since: the name alone is enough where a ledger has it. */
function targetName(target: string, io: CommandIo): string {
  if (target === 'lab' || target === 'compose') return target
  const file = resolve(io.cwd, target)
  if (existsSync(file)) return readTargetFile(file).target.name
  if (existsSync(ledgerFolder(target, io.env))) return target
  throw new FiredrillError(
    'TARGET_UNREADABLE',
    `no drill has left anything on a target called ${JSON.stringify(target)}, and there is no such file`,
    { next: 'Give lab, compose, or the YAML file of the drill by --target.' },
  )
}

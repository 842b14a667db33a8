import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { recover } from '../../chaos/controller.ts'
import { provideSecrets } from '../../lab/target.ts'
import { ledgerFolder } from './ledger-folder.ts'
import type { CommandIo } from './io.ts'

export function undoCommand(io: CommandIo): Command {
  return new Command('undo')
    .description('undo every fault that a killed drill left behind; does nothing when there is none')
    .option('--target <name>', 'name of the target whose ledger is read', 'lab')
    .action(async ({ target }: { target: string }) => {
      provideSecrets(io.env)
      const folder = ledgerFolder(target, io.env)
      const { undone, notUndone } = existsSync(folder) ? await recover(folder) : { undone: [], notUndone: [] }
      io.stdout(undone.length === 0 && notUndone.length === 0 ? 'nothing was left behind\n' : `${undone.map((fault) => `undone: ${fault}\n`).join('')}${notUndone.map((fault) => `NOT undone: ${fault}\n`).join('')}`)
      io.exitCode = notUndone.length === 0 ? 0 : 3
    })
}

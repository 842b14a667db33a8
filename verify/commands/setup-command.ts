import { Command } from 'commander'
import type { CommandIo } from '../model/command-io.ts'

export function setupCommand(io: CommandIo): Command {
  return new Command('setup')
    .description('install or build the parts of the lab into the cache folder; goes on where it was interrupted')
    .argument('[tool...]', 'these tools alone')
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(async (only: string[], { dryRun }: { dryRun?: boolean }) => {
      const { runSetup } = await import('../../lab/tools/setup.ts')
      io.exitCode = await runSetup({ only, dryRun: dryRun ?? false }, { stderr: process.stderr })
    })
}

import { resolve } from 'node:path'
import { Command } from 'commander'
import { FiredrillError } from '../model/error.ts'
import { formatError } from '../text/error-text.ts'
import type { CommandIo } from '../model/command-io.ts'
import type { Entry } from './listing.ts'

export function explainCommand(io: CommandIo): Command {
  return new Command('explain')
    .description('explain a check (what it means, why, an example that fails, what to change), rule, outage, fault or scenario')
    .argument('<id>', 'an id from firedrill list, or from a finding')
    .option('--spec <dir>', 'folder of the specification')
    .addHelpText('after', '\nExamples:\n  firedrill explain rule-division-is-guarded\n  firedrill explain RedisHighMemory')
    .action(async (id: string, flags: { spec?: string }) => {
      const { checkEntries, faultEntries, outageEntries, ruleEntries, scenarioEntries } = await import('./listing.ts')
      const { loadSpec } = await import('../spec/load.ts')
      const { readPlatform } = await import('../platform/read-platform.ts')
      const platform = readPlatform(io)
      const { spec } = await loadSpec(flags.spec === undefined ? platform.specification : resolve(io.cwd, flags.spec))
      const entries: Entry[] = [
        ...(spec === undefined ? [] : [...ruleEntries(spec), ...outageEntries(spec)]),
        ...(await checkEntries()),
        ...(await faultEntries()),
        ...scenarioEntries(platform),
      ]
      const found = entries.filter((entry) => entry.id.toLowerCase() === id.toLowerCase())
      if (found.length === 0) {
        const { didYouMean } = await import('../text/did-you-mean.ts')
        io.stderr(
          `${formatError(
            new FiredrillError(
              'UNKNOWN_ID',
              `nothing here is called ${id}${didYouMean(
                id,
                entries.map((entry) => entry.id),
              )}`,
              { next: 'All ids: firedrill list' },
            ),
          )}\n`,
        )
        io.exitCode = 2
        return
      }
      io.stdout(found.map(({ page }) => page).join('\n'))
      io.exitCode = 0
    })
}

import { Argument, Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { columns, widthOf } from '../text/columns.ts'
import type { Entry } from './listing.ts'

const KINDS = ['checks', 'rules', 'outages', 'faults', 'scenarios'] as const

export function listCommand(io: CommandIo): Command {
  return new Command('list')
    .description('list what there is: rules, outages, checks, faults, scenarios')
    .addArgument(new Argument('[kind]', 'what to list').choices(KINDS))
    .option('--spec <dir>', 'folder of the specification')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExamples:\n  firedrill list rules\n  firedrill list checks --format json')
    .action(async (kind: (typeof KINDS)[number] | undefined, flags: { spec?: string; format: string }) => {
      const { checkEntries, faultEntries, outageEntries, ruleEntries, scenarioEntries } = await import('./listing.ts')
      const { readPlatform } = await import('../platform/read-platform.ts')
      const platform = kind === 'checks' || kind === 'faults' ? undefined : readPlatform(io)
      const entries: Entry[] = []
      if (kind === undefined || kind === 'rules' || kind === 'outages') {
        const spec = await (await import('../drill/read-spec.ts')).readSpec(flags.spec, io, 'drill', platform)
        if (spec === undefined) return
        if (kind !== 'outages') entries.push(...ruleEntries(spec))
        if (kind !== 'rules') entries.push(...outageEntries(spec))
      }
      if (kind === undefined || kind === 'checks') entries.push(...(await checkEntries()))
      if (kind === undefined || kind === 'faults') entries.push(...(await faultEntries()))
      if (platform !== undefined && (kind === undefined || kind === 'scenarios')) entries.push(...scenarioEntries(platform))
      io.stdout(
        flags.format === 'json'
          ? `${JSON.stringify(
              entries.map(({ page: _, ...rest }) => rest),
              null,
              2,
            )}\n`
          : table(entries, widthOf(io)),
      )
      io.exitCode = 0
    })
}

function table(entries: Entry[], width: number): string {
  return [...Map.groupBy(entries, ({ kind }) => kind)]
    .map(([kind, own]) => {
      const rows = own.map(({ id, where, title }) => ['', id, where, title])
      return `${kind}s\n${columns(rows, width).join('\n')}\n`
    })
    .join('\n')
}

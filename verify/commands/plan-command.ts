import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { requestFrom, withSelection, type RunFlags } from '../drill/request.ts'

export function planCommand(io: CommandIo): Command {
  return withSelection(new Command('plan'))
    .description('what a drill would do, when, and how long it takes; touches nothing')
    .addOption(new Option('--format <format>').choices(['text', 'json']))
    .action(async (flags: RunFlags & { format?: string }) => {
      const { readSpec } = await import('../drill/read-spec.ts')
      const spec = await readSpec(flags.spec, io)
      if (spec === undefined) return
      const { pastIn, REPORTS } = await import('../drill/history.ts')
      const { planFor } = await import('../drill/plan-for.ts')
      const { planTable } = await import('../plan/table.ts')
      const made = planFor(spec, requestFrom(flags), io.env, pastIn(REPORTS, 'lab', Date.now()))
      io.stdout(flags.format === 'json' ? `${JSON.stringify(made, null, 2)}\n` : planTable(made))
    })
}

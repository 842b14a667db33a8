import { Command, Option } from 'commander'
import { planTable } from '../plan/table.ts'
import type { CommandIo } from '../model/command-io.ts'
import { pastIn, REPORTS } from '../drill/history.ts'
import { planFor } from '../drill/plan-for.ts'
import { readSpec } from '../drill/read-spec.ts'
import { requestFrom, withSelection, type RunFlags } from '../drill/request.ts'

export function planCommand(io: CommandIo): Command {
  return withSelection(new Command('plan'))
    .description('what a drill would do, when, and how long it takes; touches nothing')
    .addOption(new Option('--format <format>').choices(['text', 'json']))
    .action(async (flags: RunFlags & { format?: string }) => {
      const spec = await readSpec(flags.spec, io)
      if (spec === undefined) return
      const made = planFor(spec, requestFrom(flags), io.env, pastIn(REPORTS, 'lab', Date.now()))
      io.stdout(flags.format === 'json' ? `${JSON.stringify(made, null, 2)}\n` : planTable(made))
    })
}

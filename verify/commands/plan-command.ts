import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { requestFrom, withSelection, type RunFlags } from '../drill/request.ts'

export function planCommand(io: CommandIo): Command {
  return withSelection(new Command('plan'))
    .description('what a drill would do, when, and how long it takes; touches nothing')
    .addOption(new Option('--format <format>').choices(['text', 'json']))
    .action(async (flags: RunFlags & { format?: string }) => {
      const { readSpec } = await import('../drill/read-spec.ts')
      const { deployedForm, readPlatform } = await import('../platform/read-platform.ts')
      const platform = readPlatform(io)
      const spec = await readSpec(flags.spec, io, 'drill', platform)
      if (spec === undefined) return
      const { pastIn } = await import('../drill/history.ts')
      const { usualTarget } = await import('../drill/choose-target.ts')
      const { planFor } = await import('../drill/plan-for.ts')
      const { planTable } = await import('../plan/table.ts')
      const asked = requestFrom(flags)
      const target = await usualTarget(platform, io.cwd)
      const request = { ...asked, speed: asked.askedSpeed ?? target.speed ?? asked.speed }
      const made = planFor(spec, request, deployedForm(platform, io.env), pastIn(platform.reports, target.name, Date.now()))
      io.stdout(flags.format === 'json' ? `${JSON.stringify(made, null, 2)}\n` : planTable(made))
    })
}

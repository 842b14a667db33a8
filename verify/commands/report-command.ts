import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { formats } from '../report/formats.ts'

export function reportCommand(io: CommandIo): Command {
  return new Command('report')
    .description('write the report of a recorded run to standard output')
    .argument('<run>', 'folder of the run, for example reports/latest')
    .addOption(new Option('--format <format>').choices([...Object.keys(formats), 'html'].sort()).default('markdown'))
    .action(async (run: string, { format }: { format: keyof typeof formats | 'html' }) => {
      const { judgeFolder } = await import('../drill/judge-folder.ts')
      const { pageHtml } = await import('../drill/draw-page.ts')
      const { findRun } = await import('../drill/run-folder.ts')
      const judged = await judgeFolder(findRun(run, io.cwd))
      io.stdout(format === 'html' ? await pageHtml(judged) : formats[format](judged.report))
    })
}

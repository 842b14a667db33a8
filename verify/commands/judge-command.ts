import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { widthOf } from '../text/columns.ts'

export function judgeCommand(io: CommandIo): Command {
  return new Command('judge')
    .description('judge a recorded run again, offline; writes nothing')
    .argument('<run>', 'folder of the run, for example reports/latest')
    .addOption(new Option('--format <format>').choices(['text', 'json']).default('text'))
    .action(async (run: string, { format }: { format: string }) => {
      const { judgeFolder } = await import('../drill/judge-folder.ts')
      const { findRun } = await import('../drill/run-folder.ts')
      const { consoleText } = await import('../report/formats.ts')
      const { verdicts, report } = await judgeFolder(findRun(run, io.cwd))
      io.stdout(format === 'json' ? `${JSON.stringify(verdicts, null, 2)}\n` : consoleText(report, { color: io.color, width: widthOf(io) }))
      io.exitCode = report.exitCode
    })
}

import { Command, Option } from 'commander'
import type { GamedayFlags } from '../drill/gameday.ts'
import { minutes } from '../drill/request.ts'
import type { CommandIo } from '../model/command-io.ts'

export function gamedayCommand(io: CommandIo): Command {
  return new Command('gameday')
    .description(
      'faults and k6 scenarios by hand on a target that is up, judged and reported like a drill; everything is undone at the end',
    )
    .option(
      '--target <where>',
      'lab, compose, a name in targets/ or a YAML file that describes an environment (default: of firedrill.yaml)',
    )
    .option('--confirm <name>', 'the name of the target, which one on another machine needs')
    .option('--spec <dir>', 'another specification')
    .option('--out <dir>', 'folder of the journal and the reports (default reports/gameday-<id>)')
    .option('--observe', 'touch nothing: watch, take notes, and judge what happens anyway')
    .option('--yes', 'do not ask before each injection')
    .addOption(
      new Option('--undo-after <minutes>', 'undo an injection by itself after so long').argParser(minutes).default(15 * 60_000, '15'),
    )
    .addHelpText(
      'after',
      `
Commands come from the terminal or from standard input:
  printf 'inject kill-process redis\\nstatus\\nundo all\\n' | firedrill gameday --yes

Exit code: 0 every promise was kept, 1 an expected alert did not fire or something else was broken, 2 bad command line, 3 could not tell, or the
target is not there, 130 interrupted (all undone). docs/gameday.md says what is judged.`,
    )
    .action(async (flags: GamedayFlags) => {
      await (await import('../drill/gameday.ts')).runGameday(flags, io)
    })
}

import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { readPlatform } from '../platform/read-platform.ts'
import { DEFAULT_SPEED, VERSIONS, minutes, percent, requestFrom, withRetries, withSelection, type RunFlags } from '../drill/request.ts'

export function runCommand(io: CommandIo): Command {
  return withRetries(withSelection(new Command('run')))
    .description('the live drill: cause the trouble, record, judge, report')
    .option(
      '--target <where>',
      'lab, compose, a name in targets/ or a YAML file that describes an environment (default: of firedrill.yaml)',
    )
    .option('--confirm <name>', 'the name of the target, which one on another machine needs')
    .option('--out <dir>', 'folder of this run (default reports/<run>)')
    .option('--monitoring <dir>', 'deploy these monitoring files in the lab instead of monitoring/')
    .option('--compose <file>', 'the compose file to deploy in the lab (default: the one beside the monitoring files)')
    .option('--lab <file>', 'replace parts of the lab')
    .addOption(new Option('--versions <set>', 'other versions of the stack in the lab (docs/versions.md)').choices(VERSIONS))
    .option('--watch', 'serve the page of the drill while it runs, on 127.0.0.1; its address is printed')
    .option('--dry-run', 'print every fault and load with its undo and who else feels it; nothing is touched')
    .addOption(
      new Option('--observe [minutes]', 'touch nothing: no fault, no load, no alert, and judge what happens anyway (10 minutes)')
        .argParser(minutes)
        .preset('10')
        .conflicts([
          'dryRun',
          'speed',
          'realTime',
          'serial',
          'thorough',
          'seed',
          'retries',
          'monitoring',
          'compose',
          'lab',
          'versions',
          'keep',
          'guard',
          'budgetFloor',
        ]),
    )
    .option(
      '--guard',
      'end the drill when a target goes down, or a service ceases to answer, that nothing in force disturbs (a target file has it always)',
    )
    .addOption(
      new Option('--budget-floor <percent>', 'end the drill when less of the error budget is left (slo.yaml); implies --guard').argParser(
        percent,
      ),
    )
    .option('--keep', 'leave the lab up afterwards')
    .addHelpText(
      'after',
      `
Examples:
  firedrill run                                   all rules, durations divided by ${DEFAULT_SPEED}
  firedrill run --only RedisConnectionFailed      one rule
  firedrill run --observe 60 --target prod.yaml   an hour of what happens there anyway
  firedrill run --target staging.yaml --confirm staging
                                                  the configuration as deployed there, on other machines
  firedrill run --target staging.yaml --confirm staging --budget-floor 40
                                                  ends, undone, when less than 40 % of the error budget is left

Exit code: 0 all pass, 1 a verdict failed, 2 bad specification or command line, 3 could not tell, 130 interrupted (all undone).`,
    )
    .action(async (flags: RunFlags) => {
      const request = requestFrom(flags)
      if (request.observeMs !== undefined) {
        const { observeTarget } = await import('../drill/observe-target.ts')
        io.exitCode = await observeTarget(request, request.observeMs, io)
        return
      }
      const [{ drill }, { rungsOf }] = await Promise.all([import('../drill/drill.ts'), import('./rungs.ts')])
      // What another environment has deployed is not in these files.
      const target = flags.target ?? readPlatform(io).target
      const below = target === 'lab' || target === 'compose'
      io.exitCode = (await drill(request, io, below ? () => rungsOf(flags, io) : undefined)).exitCode
    })
}

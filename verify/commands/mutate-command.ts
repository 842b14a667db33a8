import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import type { Live, MutateFlags } from './run-mutate.ts'

/** `firedrill mutate`: 0 the score is reached, 1 it is not or a survivor has no reason, 2 unreadable input, 3 a tool is missing. */
export function mutateCommand(io: CommandIo, live?: Live): Command {
  return new Command('mutate')
    .description('change one thing at a time in the delivered files and see which rung of the ladder notices')
    .argument('[paths...]', 'files and folders (default: those of firedrill.yaml)')
    .option('--spec <dir>', 'folder of the specification')
    .option('--only <part...>', 'operators or files whose name contains this')
    .option('--live', 'drill what lint and simulate did not notice (needs the lab)')
    .option('--blind <count>', 'changes that know nothing of the checks: so many, or all', '300')
    .option('--seed <number>', 'which of them', '1')
    .option('--explained', 'each blind change that nothing notices has to have its reason in qa/mutate/explanations.ts')
    .option('--minimum <percent>', 'each of the two scores has to reach this', '95')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill mutate\n  firedrill mutate --only threshold window --blind 0\n  firedrill mutate --blind all --only nothing --explained\n  firedrill mutate --live --minimum 100',
    )
    .action(async (paths: string[], flags: MutateFlags) => {
      await (await import('./run-mutate.ts')).runMutate(io, paths, flags, live)
    })
}

import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import type { SimulateFlags } from './run-simulate.ts'

/** `firedrill simulate`: 0 as specified, 1 something differs, 2 nothing to test, 3 a tool is missing or something could not be read. */
export function simulateCommand(io: CommandIo): Command {
  return new Command('simulate')
    .description('run the unmodified rules and routing at their boundaries, by promtool, amtool and a short-lived Alertmanager')
    .option('--rules <file...>', 'rule files (default: those of firedrill.yaml)')
    .option('--alertmanager <file>', 'Alertmanager configuration (default: that of firedrill.yaml)')
    .option(
      '--prometheus <file>',
      'external_labels and alert_relabel_configs for the labels of sent alerts (default, when nothing is named: that of firedrill.yaml)',
    )
    .option('--spec <dir>', 'folder of the specification')
    .option('--catalogue <dir>', 'folder of recorded expositions, <job>.prom (with --spec: none unless named)')
    .option('--keep <dir>', 'leave the generated tests there, for promtool test rules DIR/test-1.yml')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json', 'sarif', 'junit']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill simulate\n  firedrill simulate --rules rules/*.yml --keep /tmp/tests && promtool test rules /tmp/tests/test-*.yml',
    )
    .action(async (flags: SimulateFlags) => {
      await (await import('./run-simulate.ts')).runSimulate(io, flags)
    })
}

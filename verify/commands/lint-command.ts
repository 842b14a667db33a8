import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import type { LintFlags } from './run-lint.ts'

/** `firedrill lint`: 0 nothing wrong, 1 error findings, 2 nothing to judge, 3 a file could not be read. */
export function lintCommand(io: CommandIo): Command {
  return new Command('lint')
    .description('compare what is written (rules, scrapes, routing, log and trace pipelines, dashboards) with the specification')
    .argument('[paths...]', 'files, folders or Kubernetes manifests (default: those of firedrill.yaml)')
    .option('--spec <dir>', 'folder of the specification')
    .option('--traps', 'what is wrong in itself: any rule file, route tree, collector, log agent or dashboard; needs no specification')
    .option('--catalogue <dir>', 'folder of recorded expositions, <job>.prom (with --spec: none unless named)')
    .option('--only <id...>', 'run these checks alone')
    .option('--disable <id...>', 'run all checks but these')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json', 'sarif', 'junit']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill lint\n  firedrill lint k8s/ --format sarif > lint.sarif\n  firedrill lint monitoring/alert-rules.yml --format json\n  firedrill lint --traps rules/ alertmanager.yml\n  firedrill lint --only rule-exists rule-for-matches\n\nIn a YAML file a comment suppresses one check in the next line, or at the end of a line in that line:\n  # firedrill disable rule-for-on-grid until 2027-01-31: the new interval is rolled out in January\nDate and reason are required; a comment that is past its date or suppresses nothing is a finding itself.',
    )
    .action(async (paths: string[], flags: LintFlags) => {
      await (await import('./run-lint.ts')).runLint(io, paths, flags)
    })
}

import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { widthOf } from '../text/columns.ts'
import { present } from '../text/present.ts'
import { duration, readingFrom, withPrometheus } from './prometheus-flags.ts'
import type { PrometheusFlags } from './prometheus-flags.ts'

export interface CoverageFlags extends PrometheusFlags {
  rules?: string[]
  reports?: string
  lint?: string
  simulate?: string
  backtest?: string
  spec?: string
  within: number
  maxAge?: number
  severity?: string[]
  format: 'text' | 'markdown' | 'json' | 'badge'
}

/** `firedrill coverage`: 0; 1 a proof is older than --max-age; 2 the command line; 3 something could not be read. */
export function coverageCommand(io: CommandIo): Command {
  return withPrometheus(new Command('coverage'))
    .description('every rule that is loaded: linted, simulated, backtested, fired, delivered, resolved, when last and by which run')
    .option('--rules <path...>', 'rules of files or folders; without a Prometheus, instead of those that are loaded')
    .option('--reports <dir>', 'folder with history.ndjson and the runs (default: reports/ of the platform)')
    .option('--lint <file>', 'output of lint --format json of the files that --rules names')
    .option('--simulate <file>', 'output of simulate --format json of the specification')
    .option('--backtest <file>', 'output of backtest --format json')
    .option('--spec <dir>', 'folder of the specification that was simulated')
    .option('--within <duration>', 'how far back to look for alerts that fired in service', duration, 30 * 86_400_000)
    .option('--max-age <duration>', 'exit code 1 when a rule was not fired by a drill for so long', duration)
    .option('--severity <name...>', 'ask --max-age of these severities alone')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'markdown', 'json', 'badge']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  firedrill coverage --prometheus http://127.0.0.1:9090\n  firedrill coverage --rules monitoring/alert-rules.yml --max-age 7d --severity critical\n  firedrill coverage --prometheus http://127.0.0.1:9090 --backtest backtest.json --format badge > coverage.svg',
    )
    .action(async (flags: CoverageFlags) => {
      const [{ ruleCoverage }, { coverageText, coverageMarkdown, coverageBadge }, { exitCodeOfCoverage }] = await Promise.all([
        import('../drill/rule-coverage.ts'),
        import('../coverage/coverage-text.ts'),
        import('../coverage/coverage.ts'),
      ])
      const { rules = [], reports, lint, simulate, backtest, spec, within, maxAge, severity = [], format } = flags
      const found = await ruleCoverage(
        io,
        {
          ...readingFrom(flags, io.cwd),
          rules,
          ...present({ reports, lint, simulate, backtest, spec }),
          withinMs: within,
          maxAgeMs: maxAge ?? null,
          severities: severity,
        },
        Date.now(),
      )
      if (found === undefined) return
      const texts = {
        text: () => coverageText(found, widthOf(io)),
        markdown: () => coverageMarkdown(found),
        json: () => `${JSON.stringify(found, null, 2)}\n`,
        badge: () => coverageBadge(found),
      }
      io.stdout(texts[format]())
      io.exitCode = exitCodeOfCoverage(found)
    })
}

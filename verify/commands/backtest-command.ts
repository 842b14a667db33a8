import path from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { parseInstant } from '../text/instant.ts'
import { present } from '../text/present.ts'
import { duration, readingFrom, withPrometheus } from './prometheus-flags.ts'
import type { PrometheusFlags } from './prometheus-flags.ts'
import { formatOption, inFormat } from './result-format.ts'
import type { ResultFormat } from './result-format.ts'

export interface BacktestFlags extends PrometheusFlags {
  since: number
  from?: number
  until?: number
  rules?: string[]
  changed?: boolean
  spec?: string
  only?: string[]
  try?: string[]
  ignoreLabel?: string[]
  resume?: string
  format: ResultFormat
}

/** `firedrill backtest`: 0 as recorded, 1 a rule differs, 2 the command line, 3 something could not be decided or read. */
export function backtestCommand(io: CommandIo): Command {
  return withPrometheus(new Command('backtest'))
    .description("look back at a Prometheus's own history: what each rule should have done, against what ALERTS recorded; reads only")
    .option('--since <duration>', 'look back so far', duration, 7 * 86_400_000)
    .option('--from <time>', 'from this RFC 3339 time on, instead of --since', instant)
    .option('--until <time>', 'until this RFC 3339 time (default: now)', instant)
    .option('--rules <path...>', 'rules of files or folders instead of those that are loaded')
    .option('--changed', 'of --rules only those that are not loaded as they are there')
    .option('--spec <dir>', 'what a specification promises instead of what is loaded')
    .option('--only <alert...>', 'these alerts alone')
    .option('--try <values...>', 'what other values would have done: for=10m, keep_firing_for=5m, threshold=0.02')
    .option('--ignore-label <name...>', 'labels that a proxy adds, such as cluster or replica')
    .option('--resume <file>', 'keep answers in this file, and go on from it after an interruption')
    .addOption(formatOption())
    .addHelpText(
      'after',
      "\nExamples:\n  firedrill backtest --prometheus http://127.0.0.1:9090 --since 7d\n  firedrill backtest --prometheus https://mimir.example.com/prometheus --tenant shop --bearer-token-env TOKEN\n  firedrill backtest --prometheus http://127.0.0.1:9090 --rules rules/ --changed\n  firedrill backtest --prometheus http://127.0.0.1:9090 --only HighErrorRate --try 'for=10m' 'threshold=0.02'\n\nExit code 0: every rule as recorded. 1: a rule differs. 3: something could not be decided.",
    )
    .action(async (flags: BacktestFlags) => {
      await runBacktest(io, flags)
    })
}

async function runBacktest(io: CommandIo, flags: BacktestFlags): Promise<void> {
  const [{ lookBack }, { backtestText, backtestMarkdown }, { exitCodeOfBacktest }, { parseTry }] = await Promise.all([
    import('../drill/look-back.ts'),
    import('../backtest/backtest-text.ts'),
    import('../backtest/backtest.ts'),
    import('../backtest/tries.ts'),
  ])
  if (flags.changed === true && flags.rules === undefined)
    throw new FiredrillError('BACKTEST_CHANGED', '--changed compares files with what is loaded', { next: 'Name them: --rules rules/' })
  if (flags.rules !== undefined && flags.spec !== undefined)
    throw new FiredrillError('BACKTEST_RULES', '--rules and --spec each say which rules are meant', { next: 'Leave one of them out.' })
  const tries = (flags.try ?? []).map(parseTry)
  const result = await lookBack(io, {
    ...readingFrom(flags, io.cwd),
    ...present({ fromMs: flags.from, untilMs: flags.until, rules: flags.rules, spec: flags.spec }),
    sinceMs: flags.since,
    changed: flags.changed === true,
    only: flags.only ?? [],
    tries,
    ignoreLabels: flags.ignoreLabel ?? [],
    ...(flags.resume === undefined ? {} : { resume: path.resolve(io.cwd, flags.resume) }),
  })
  if (result === undefined) return
  io.stdout(inFormat(flags.format, result, io, { text: backtestText, markdown: backtestMarkdown }))
  io.exitCode = io.signal.aborted ? 130 : exitCodeOfBacktest(result)
}

function instant(text: string): number {
  const ms = parseInstant(text)
  if (ms === undefined) throw new InvalidArgumentError('it is no time such as 2026-11-27T03:00:00Z')
  return ms
}

import { resolve } from 'node:path'
import { Command, Option } from 'commander'
import type { CommandIo } from '../model/command-io.ts'
import { FiredrillError } from '../model/error.ts'
import { historiesIn } from '../drill/history.ts'
import { readPlatform } from '../platform/read-platform.ts'
import type { TargetHistory } from '../drill/history.ts'
import { speed } from '../drill/request.ts'
import { driftTexts, historyRows } from '../report/trends.ts'
import { dateTime } from '../report/time.ts'
import { columns, widthOf, wrapped } from '../text/columns.ts'

interface TrendFlags {
  target?: string
  speed?: number
  failOnDrift?: boolean
  format: 'text' | 'json'
}

/** `firedrill trend`: 0; 1 a delay drifts and --fail-on-drift was given; 2 there is no such history. */
export function trendCommand(io: CommandIo): Command {
  return new Command('trend')
    .description('the last 30 runs of each target and speed: what passed, both delays of each experiment, and which of them drift')
    .argument('[reports]', 'folder that holds the runs (default: reports/ of the platform)')
    .option('--target <name>', 'of this target alone')
    .addOption(new Option('--speed <k>', 'at this speed alone; 1 is real time').argParser(speed))
    .option('--fail-on-drift', 'exit code 1 when a delay drifts within its legal window')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExamples:\n  firedrill trend\n  firedrill trend reports --target staging --fail-on-drift')
    .action((reports: string | undefined, flags: TrendFlags) => {
      const { histories, damaged, file } = historiesIn(reports === undefined ? readPlatform(io).reports : resolve(io.cwd, reports))
      const asked = histories.filter(
        (each) => (flags.target === undefined || each.target === flags.target) && (flags.speed === undefined || each.speed === flags.speed),
      )
      for (const each of damaged) io.stderr(`warning: ${each}\n`)
      if (asked.length === 0)
        throw new FiredrillError(
          'NO_HISTORY',
          `${file} has no run ${histories.length === 0 ? '' : 'of that target and speed '}to compare`,
          {
            next:
              histories.length === 0
                ? 'Each drill adds itself to it: firedrill run.'
                : `It has ${histories.map((each) => `${each.target} at speed ${each.speed}`).join(', ')}.`,
          },
        )
      io.stdout(
        flags.format === 'json' ? `${JSON.stringify(asked, null, 2)}\n` : asked.map((each) => trendText(each, widthOf(io))).join('\n'),
      )
      io.exitCode = flags.failOnDrift === true && asked.some(({ history }) => driftTexts(history).length > 0) ? 1 : 0
    })
}

/** Beside each delay its legal window. */
const HEAD = ['experiment', 'passed', 'last passed', 'detection', '(legal)', 'delivery', '(legal)']

/** The rule is left out, for its experiment has one, and the time of day. */
function narrowed([, experiment = '', passed = '', last = '', ...delays]: string[]): string[] {
  return [experiment, passed, last.split(' ')[0] ?? '', ...delays]
}

function trendText({ target, speed: divided, history }: TargetHistory, width: number): string {
  const { runs } = history
  const drifts = driftTexts(history)
  return [
    `${target}, ${divided === 1 ? 'in real time' : `compressed ${divided} times`}: ${runs.length} run${runs.length === 1 ? '' : 's'} since ${dateTime(runs[0]?.startedMs ?? 0)} UTC, the last ${runs.at(-1)?.runId ?? ''}`,
    '',
    ...columns([HEAD, ...historyRows(history).map(narrowed)], width),
    '',
    ...(drifts.length === 0 ? ['no delay drifts within its legal window'] : drifts.flatMap((text) => wrapped(`warning: ${text}`, width))),
    '',
  ].join('\n')
}

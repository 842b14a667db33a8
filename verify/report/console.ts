import Table from 'cli-table3'
import colors from 'picocolors'
import type { Report } from '../model/report.ts'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { line } from './escape.ts'
import { took } from './time.ts'

export const WORDS: Record<VerdictStatus, string> = { pass: 'pass', fail: 'FAIL', unknown: 'unknown', skipped: 'skipped' }

/** A table for a terminal, then each verdict that is not a pass with its reason. Colour only when asked for. */
export function consoleText(report: Report, options: { color: boolean } = { color: false }): string {
  const paint = colors.createColors(options.color)
  const tint: Record<VerdictStatus, (text: string) => string> = {
    pass: paint.green,
    fail: paint.red,
    unknown: paint.yellow,
    skipped: paint.dim,
  }
  const mark = (status: VerdictStatus): string => tint[status](WORDS[status])

  const table = new Table({
    head: ['rule', 'experiment', 'outcome', 'passed', 'what went otherwise'],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [24, 30, 10, 9, 70],
  })
  for (const rule of report.rules) {
    for (const experiment of rule.experiments) {
      const counted = experiment.verdicts.filter((verdict) => verdict.status !== 'skipped')
      const worst =
        experiment.verdicts.find((verdict) => verdict.status === 'fail') ??
        experiment.verdicts.find((verdict) => verdict.status === 'unknown')
      table.push([
        line(rule.alert),
        line(experiment.id),
        mark(experiment.outcome),
        `${counted.filter((verdict) => verdict.status === 'pass').length}/${counted.length}`,
        worst === undefined ? '' : line(worst.title),
      ])
    }
  }
  const subjects = [...new Set(report.others.map((verdict) => verdict.subject))]
  for (const subject of subjects) {
    const own = report.others.filter((verdict) => verdict.subject === subject)
    const counted = own.filter((verdict) => verdict.status !== 'skipped')
    const worst = own.find((verdict) => verdict.status === 'fail') ?? own.find((verdict) => verdict.status === 'unknown')
    const outcome: VerdictStatus = worst?.status ?? (counted.length > 0 ? 'pass' : 'skipped')
    table.push([
      '',
      line(subject),
      mark(outcome),
      `${counted.filter((verdict) => verdict.status === 'pass').length}/${counted.length}`,
      worst === undefined ? '' : line(worst.title),
    ])
  }

  const all = [...report.rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts)), ...report.others]
  const lines = [table.toString(), '']
  for (const status of ['fail', 'unknown'] as const) {
    for (const verdict of all) if (verdict.status === status) lines.push(...detail(verdict, mark(status)), '')
  }
  for (const problem of report.problems) lines.push(`note: ${line(problem)}`)
  if (report.problems.length > 0) lines.push('')
  const { counts } = report
  lines.push(
    `${tint[report.outcome](OUTCOME[report.outcome])} ${counts.pass} passed, ${counts.fail} failed, ${counts.unknown} unknown, ${counts.skipped} skipped in ${took(report.endedMs - report.startedMs)} (run ${line(report.runId)}, ${line(report.ended)}, exit code ${report.exitCode})`,
  )
  return lines.join('\n') + '\n'
}

export const OUTCOME: Record<VerdictStatus, string> = {
  pass: 'The promises were kept.',
  fail: 'A promise was broken.',
  unknown: 'Could not tell.',
  skipped: 'Nothing was judged.',
}

function detail(verdict: Verdict, mark: string): string[] {
  const subject = verdict.alert === undefined ? verdict.subject : `${verdict.alert} / ${verdict.subject}`
  return [
    `${mark} ${line(subject)}: ${line(verdict.title)} [${line(verdict.check)}]`,
    `     expected: ${line(verdict.expected)}`,
    `     observed: ${line(verdict.observed)}${verdict.cause === undefined ? '' : ` (${verdict.cause})`}`,
    ...(verdict.diagnosis === undefined ? [] : [`     why:      ${line(verdict.diagnosis)}`]),
    ...(verdict.pointers.length === 0 ? [] : [`     journal:  ${pointers(verdict.pointers)}`]),
  ]
}

/** The first few are enough to find the place; all of them are in the JSON. */
export function pointers(seqs: readonly number[]): string {
  return (
    seqs
      .slice(0, 8)
      .map((seq) => `#${seq}`)
      .join(' ') + (seqs.length > 8 ? ` and ${seqs.length - 8} more` : '')
  )
}

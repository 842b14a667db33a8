import type { Report } from '../model/report.ts'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { OUTCOME, WORDS } from './console.ts'
import { reachOf } from './causes.ts'
import { pointers } from './result.ts'
import { htmlInMarkdown, markdown as md } from './escape.ts'
import { momentsMarkdown } from './moment.ts'
import { driftTexts, historyRows } from './trends.ts'
import { lastText, subjectText } from './subjects.ts'
import { clockTime } from '../text/instant.ts'
import { dateTime, took } from './time.ts'
import { turnText } from '../text/turn.ts'

const MARKS: Record<VerdictStatus, string> = { pass: '✅ pass', fail: '❌ **FAIL**', unknown: '❔ unknown', skipped: '➖ skipped' }

/** For a pull request or a job summary: the answer first, then what is wrong, then all the rest folded away. */
export function markdown(report: Report): string {
  const { counts } = report
  const all = [...report.rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts)), ...report.others]
  const out = [
    `# Fire drill: ${OUTCOME[report.outcome]}`,
    '',
    `Run ${md(report.runId, true)} on ${md(report.target, true)}, ${report.speed === 1 ? 'in real time' : `compressed ${report.speed} times`}, ${dateTime(report.startedMs)} UTC, ${took(report.endedMs - report.startedMs)}, ${md(report.ended, true)}, exit code ${report.exitCode}.`,
    '',
    `**${counts.pass} passed, ${counts.fail} failed, ${counts.unknown} unknown, ${counts.skipped} skipped.**`,
    '',
    '| rule | severity | experiment | outcome | pending | firing | notified | resolved |',
    '|---|---|---|---|---|---|---|---|',
  ]
  for (const rule of report.rules) {
    for (const experiment of rule.experiments) {
      const at = (what: string): string => {
        const window = experiment.windows.find((candidate) => candidate.what === what)
        return window === undefined || window.observedMs === null ? '–' : clockTime(window.observedMs)
      }
      out.push(
        `| ${md(rule.alert)} | ${md(rule.severity)} | ${md(experiment.id)} | ${MARKS[experiment.outcome]} | ${at('pending')} | ${at('firing')} | ${at('notified')} | ${at('resolved')} |`,
      )
    }
  }
  out.push('')
  const subjects = report.rules.flatMap(({ alert, subjects: own = [] }) => own.map((subject) => ({ alert, subject })))
  if (subjects.length > 0) {
    out.push('| rule | subject | last fired |', '|---|---|---|')
    for (const { alert, subject } of subjects)
      out.push(`| ${md(alert)} | ${md(subjectText(subject.labels))} | ${md(lastText(subject, report.runId))} |`)
    out.push('')
  }
  if (report.others.length > 0) {
    out.push('| traces, logs, outages, drill | check | outcome | observed |', '|---|---|---|---|')
    for (const verdict of report.others)
      out.push(`| ${md(verdict.subject)} | ${md(verdict.check)} | ${MARKS[verdict.status]} | ${md(verdict.observed)} |`)
    out.push('')
  }
  const failed = counts.fail > 0
  if (report.causes.length > 0) out.push(failed ? '## Causes' : '## Not decided', '')
  for (const cause of report.causes) {
    const { also, follows } = reachOf(cause)
    out.push(...paragraph(cause.root), ...(also === '' ? [] : [`- also: ${md(also)}`]))
    out.push(
      ...(follows === ''
        ? []
        : ['', `<details><summary>${cause.consequences.length} more follow from it</summary>${htmlInMarkdown(follows)}</details>`]),
      '',
    )
  }
  const undecided = all.filter((verdict) => failed && verdict.status === 'unknown')
  if (undecided.length > 0) out.push('## Not decided', '')
  for (const verdict of undecided) out.push(...paragraph(verdict), '')
  const drifts = driftTexts(report.history)
  if (drifts.length > 0) out.push('## Warnings', '', ...drifts.map((text) => `- ${md(text)}`), '')
  if (report.history !== undefined) {
    const { runs } = report.history
    out.push(`## The last ${runs.length} runs`, '', `Since ${dateTime(runs[0]?.startedMs ?? 0)} UTC, of this target at this speed.`, '')
    out.push(
      '| rule | experiment | passed | last passed | detection delay | legal | delivery delay | legal |',
      '|---|---|---|---|---|---|---|---|',
    )
    for (const row of historyRows(report.history)) out.push(`| ${row.map((cell) => md(cell)).join(' | ')} |`)
    out.push('')
  }
  out.push('## Everything', '')
  for (const rule of report.rules) {
    for (const experiment of rule.experiments) {
      out.push(
        '<details>',
        `<summary>${htmlInMarkdown(rule.alert)} / ${htmlInMarkdown(experiment.id)}: ${WORDS[experiment.outcome]}</summary>`,
        '',
        md(experiment.title),
        '',
        '| check | outcome | expected | observed | journal |',
        '|---|---|---|---|---|',
      )
      for (const verdict of experiment.verdicts)
        out.push(
          `| ${md(verdict.check)} | ${MARKS[verdict.status]} | ${md(verdict.expected)} | ${md(verdict.observed)} | ${journal(verdict.pointers)} |`,
        )
      out.push('')
      if (experiment.windows.length > 0) {
        out.push('| window | earliest | observed | latest |', '|---|---|---|---|')
        for (const window of experiment.windows)
          out.push(
            `| ${md(window.what)} | ${clockTime(window.earliestMs)} | ${window.observedMs === null ? 'never' : clockTime(window.observedMs)} | ${clockTime(window.latestMs)} |`,
          )
        out.push('')
      }
      out.push('| time (UTC) | what happened | journal |', '|---|---|---|')
      for (const event of experiment.timeline) out.push(`| ${clockTime(event.atMs)} | ${md(event.what)} | ${event.pointer} |`)
      out.push('', ...momentsMarkdown(experiment.moments), '</details>', '')
    }
  }
  if (report.problems.length > 0) out.push('## Notes', '', ...report.problems.map((problem) => `- ${md(problem)}`), '')
  const parts = Object.entries(report.components).map(([name, version]) => `${md(name, true)} ${md(version, true)}`)
  const turn = turnText(report.turn)
  const { makespanMs, lowerBoundMs, criticalPath } = report.plan
  out.push(
    '## Circumstances',
    '',
    `- made by ${md(report.tool)}`,
    ...(turn === undefined ? [] : [`- in turn: ${md(turn)}`]),
    ...(lowerBoundMs > 0
      ? [
          `- planned ${took(makespanMs)}, lower bound ${took(lowerBoundMs)} (ratio ${(makespanMs / lowerBoundMs).toFixed(2)}); critical path: ${md(criticalPath.join(' → '))}`,
        ]
      : []),
    ...(parts.length > 0 ? [`- parts: ${parts.join(', ')}`] : []),
    ...(report.selfTraceId === undefined ? [] : [`- the drill's own trace: ${md(report.selfTraceId)}`]),
    '',
  )
  return out.join('\n')
}

/** Without the # of other formats: GitHub would link it to an issue. */
function journal(seqs: readonly number[]): string {
  return pointers(seqs).replaceAll('#', '')
}

function paragraph(verdict: Verdict): string[] {
  return [
    `**${md(verdict.alert === undefined ? verdict.subject : `${verdict.alert} / ${verdict.subject}`, true)}**: ${md(verdict.title, true)} (${md(verdict.check, true)})`,
    `- expected: ${md(verdict.expected)}`,
    `- observed: ${md(verdict.observed)}${verdict.cause === undefined ? '' : ` (${verdict.cause})`}`,
    ...(verdict.diagnosis === undefined ? [] : [`- why: ${md(verdict.diagnosis)}`]),
    ...(verdict.pointers.length === 0 ? [] : [`- journal: ${journal(verdict.pointers)}`]),
  ]
}

import type { Cause, ExperimentReport, Report, RuleReport } from '../model/report.ts'
import type { Verdict } from '../model/verdict.ts'
import { clockTime } from '../text/instant.ts'
import { turnText } from '../text/turn.ts'
import { unreviewedText } from '../text/unreviewed.ts'
import { numbers, table } from './blocks.ts'
import type { Block, Cell } from './blocks.ts'
import { reachOf } from './causes.ts'
import { NEXT_STEP } from './next-step.ts'
import { headline, UNDRILLED, WORDS } from './console.ts'
import { momentBlocks } from './moment.ts'
import { reproductionsOf } from './reproduce.ts'
import { rungText } from './rung-status.ts'
import { lastText, subjectText } from './subject-reports.ts'
import { dateTime, took } from './time.ts'
import { driftTexts, historyRows } from './trends.ts'

/** The answer, what is wrong and what to change, `drawn` of the page, then all the rest. */
export function documentOf(report: Report, drawn: readonly Block[] = []): { title: string; blocks: Block[] } {
  const { counts, rules, others } = report
  const all = [...rules.flatMap((rule) => rule.experiments.flatMap((experiment) => experiment.verdicts)), ...others]
  const failed = counts.fail > 0
  const unreviewed = report.unreviewed === undefined ? [] : [unreviewedText(report.unreviewed, 'the drill')]
  const undecided = all
    .filter((verdict) => failed && verdict.status === 'unknown')
    .map((root): Cause => ({ root, also: [], consequences: [] }))
  return {
    title: headline(report),
    blocks: [
      {
        kind: 'line',
        text: `Run ${report.runId} on ${report.target}, ${report.speed === 1 ? 'in real time' : `compressed ${report.speed} times`}, ${dateTime(report.startedMs)} UTC, ${took(report.endedMs - report.startedMs)}, ${report.ended}, exit code ${report.exitCode}.`,
      },
      {
        kind: 'line',
        strong: `${counts.pass} passed, ${counts.fail} failed, ${counts.unknown} unknown, ${counts.skipped} skipped.`,
        text: '',
      },
      ...section(failed ? 'Causes' : 'Not decided', report.causes.flatMap(causeBlocks)),
      ...section('Not decided', undecided.flatMap(causeBlocks)),
      ...section('Warnings', list([...driftTexts(report.history), ...unreviewed])),
      ...drawn,
      ...rulesTable(rules),
      ...rungBlocks(report),
      ...subjectsTable(report),
      ...table(
        ['traces, logs, outages, drill', 'check', 'outcome', 'observed'],
        others.map(({ subject, check, status, observed }) => [subject, check, { status }, observed]),
      ),
      ...historyTable(report),
      ...section(
        'Everything',
        rules.flatMap((rule) => rule.experiments.map((experiment) => experimentBlock(rule, experiment))),
      ),
      ...section('Notes', list(report.problems)),
      ...section('Circumstances', list(circumstances(report))),
    ],
  }
}

function section(text: string, blocks: Block[]): Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'heading', text }, ...blocks]
}

function list(items: string[]): Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', items }]
}

function causeBlocks(cause: Cause): Block[] {
  const verdict = cause.root
  const { also, follows } = reachOf(cause)
  const items = [
    `expected: ${verdict.expected}`,
    `observed: ${verdict.observed}${verdict.cause === undefined ? '' : ` (${verdict.cause})`}`,
    ...(verdict.diagnosis === undefined ? [] : [`why: ${verdict.diagnosis}`]),
    ...(verdict.diagnosis !== undefined || verdict.cause === undefined ? [] : [`next: ${NEXT_STEP[verdict.cause]}`]),
    ...(verdict.pointers.length === 0 ? [] : [`journal: ${numbers(verdict.pointers)}`]),
    ...(also === '' ? [] : [`also: ${also}`]),
  ]
  const summary = `what follows from it: ${cause.consequences.length}`
  return [
    { kind: 'list', of: { strong: ofVerdict(verdict), text: `: ${verdict.title} (${verdict.check})` }, items },
    ...(follows === '' ? [] : [{ kind: 'folded', summary, open: false, blocks: [{ kind: 'line', text: follows }] } satisfies Block]),
  ]
}

function ofVerdict({ alert, subject }: Verdict): string {
  return alert === undefined ? subject : `${alert} / ${subject}`
}

function rulesTable(rules: readonly RuleReport[]): Block[] {
  const rows = rules.flatMap(({ alert, severity, experiments }) => [
    ...(experiments.length > 0 ? [] : [[alert, severity, UNDRILLED, { status: 'skipped' as const }, '–', '–', '–', '–'] satisfies Cell[]]),
    ...experiments.map(({ id, outcome, windows }): Cell[] => {
      const at = (what: string): string => {
        const observedMs = windows.find((window) => window.what === what)?.observedMs ?? null
        return observedMs === null ? '–' : clockTime(observedMs)
      }
      return [alert, severity, id, { status: outcome }, at('pending'), at('firing'), at('notified'), at('resolved')]
    }),
  ])
  return [{ kind: 'table', head: ['rule', 'severity', 'experiment', 'outcome', 'pending', 'firing', 'notified', 'resolved'], rows }]
}

/** Lint and simulate of the deployed files: what they found, the worst first. */
function rungBlocks({ rungs = [] }: Report): Block[] {
  return section('Lint and simulate', [
    ...list(rungs.map(rungText)),
    ...table(
      ['rung', 'severity', 'place', 'of', 'what', 'expected', 'observed'],
      rungs.flatMap(({ rung, findings }) =>
        findings.map(({ severity, file, line, column, subject, id, message, expected, observed }): Cell[] => [
          rung,
          severity,
          `${file}:${line}:${column}`,
          subject,
          `${message} (${id})`,
          expected,
          observed,
        ]),
      ),
    ),
  ])
}

function subjectsTable({ rules, runId }: Report): Block[] {
  return table(
    ['rule', 'subject', 'last fired'],
    rules.flatMap(({ alert, subjects = [] }) =>
      subjects.map((subject): Cell[] => [alert, subjectText(subject.labels), lastText(subject, runId)]),
    ),
  )
}

function historyTable({ history }: Report): Block[] {
  if (history === undefined) return []
  const { runs } = history
  return section(`The last ${runs.length} runs`, [
    { kind: 'line', text: `Since ${dateTime(runs[0]?.startedMs ?? 0)} UTC, of this target at this speed.` },
    ...table(['rule', 'experiment', 'passed', 'last passed', 'detection delay', 'legal', 'delivery delay', 'legal'], historyRows(history)),
  ])
}

function experimentBlock({ alert, because }: RuleReport, experiment: ExperimentReport): Block {
  const { id, title, outcome, verdicts, windows, timeline, moments } = experiment
  return {
    kind: 'folded',
    summary: `${alert} / ${id}: ${WORDS[outcome]}`,
    open: outcome === 'fail',
    blocks: [
      { kind: 'line', text: `${title}. ${because}` },
      {
        kind: 'table',
        head: ['check', 'outcome', 'expected', 'observed', 'journal'],
        rows: verdicts.map(({ check, status, expected, observed, pointers }) => [
          check,
          { status },
          expected,
          observed,
          { journal: pointers },
        ]),
      },
      ...table(
        ['window', 'earliest', 'observed', 'latest'],
        windows.map(({ what, earliestMs, observedMs, latestMs }) => [
          what,
          clockTime(earliestMs),
          observedMs === null ? 'never' : clockTime(observedMs),
          clockTime(latestMs),
        ]),
      ),
      {
        kind: 'table',
        head: ['time (UTC)', 'what happened', 'journal'],
        rows: timeline.map(({ atMs, what, pointer }) => [clockTime(atMs), what, { journal: [pointer] }]),
      },
      ...momentBlocks(moments),
    ],
  }
}

function circumstances(report: Report): string[] {
  const turn = turnText(report.turn)
  const { makespanMs, lowerBoundMs, criticalPath } = report.plan
  const parts = Object.entries(report.components).map(([name, version]) => `${name} ${version}`)
  return [
    `made by ${report.tool}`,
    ...(turn === undefined ? [] : [`in turn: ${turn}`]),
    ...(lowerBoundMs > 0
      ? [
          `planned ${took(makespanMs)}, lower bound ${took(lowerBoundMs)} (ratio ${(makespanMs / lowerBoundMs).toFixed(2)}); critical path: ${criticalPath.join(' → ')}`,
        ]
      : []),
    ...(parts.length > 0 ? [`parts: ${parts.join(', ')}`] : []),
    ...(report.selfTraceId === undefined ? [] : [`the drill's own trace: ${report.selfTraceId}`]),
    ...reproductionsOf(report).map(({ command, gives }) => `again: ${command} (${gives})`),
  ]
}

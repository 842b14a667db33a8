import type { ExitCode, FiredrillError } from '../model/error.ts'
import type { CheckMeta } from '../model/check-meta.ts'
import type { FindingSummary, LocatedFinding } from '../model/lint-finding.ts'
import type { Report } from '../model/report.ts'
import type { Unreviewed } from '../model/spec.ts'
import type { Verdict, VerdictStatus } from '../model/verdict.ts'
import { unreviewedText } from '../text/unreviewed.ts'
import { dateTime } from './time.ts'
import { drifts } from './trends.ts'
import type { DriftFound } from './trends.ts'

/** One answer of one check, of lint, simulate and drill alike: SARIF and JUnit are written from these. */
export interface Result {
  /** The check's id; a problem's code. */
  id: string
  /** JUnit: suite, class and name of the test case; results with the same three are one case. */
  suite: string
  className: string
  name: string
  status: VerdictStatus
  /** none: nothing to report. A pass may carry a warning or a note. */
  level: 'error' | 'warning' | 'note' | 'none'
  subject: string
  /** A sentence that is true. */
  title: string
  /** `expected ..., observed ...` and what else there is to say. */
  details: string[]
  /** What the run could not decide. */
  cause?: string
  place: { file: string; line: number; column?: number; endColumn?: number }
  logicalName?: string
  /** The same trouble of the next night has the same one. */
  fingerprint: string
}

/** All results of one call, and what a reader has to know of the tool and of the call. */
export interface Results {
  name: string
  /** firedrill's own, from package.json. */
  version: string
  checks: { id: string; title: string; why?: string; level?: 'error' | 'warning' | 'note' }[]
  results: Result[]
  invocation: { completed: boolean; exitCode?: number; startedMs?: number; endedMs?: number; notes: string[] }
}

/** What lint and simulate hand over. */
export interface Findings {
  rung: 'lint' | 'simulate'
  version: string
  findings: readonly LocatedFinding[]
  summary: FindingSummary
  /** What could not be read. */
  problems: readonly FiredrillError[]
  /** The severity of a check is an error where absent. */
  metas: readonly (CheckMeta & { severity?: LocatedFinding['severity'] })[]
}

/**
 * 2: the command line names nothing that could be judged. 1: something is wrong. 3: nothing was found wrong, and something could not be
 * read, of which nothing is known.
 */
export function exitCodeOf({ findings, problems }: Pick<Findings, 'findings' | 'problems'>): ExitCode {
  if (problems.some(({ code }) => !isUnread(code))) return 2
  if (findings.some(({ severity }) => severity === 'error')) return 1
  return problems.length > 0 ? 3 : 0
}

/** Codes of files that are there; the others are about the command line. */
function isUnread(code: string): boolean {
  return code.startsWith('CONFIG_') || code === 'LINT_UNREADABLE'
}

export function resultsOfFindings({ rung, version, findings, summary, problems, metas }: Findings): Results {
  const titles = new Map(metas.map(({ id, title }) => [id, title]))
  const suite = `firedrill ${rung}`
  const className = `firedrill.${rung}`
  const failed = findings.map(({ id, severity, subject, message, expected, observed, file, line, column, length }): Result => ({
    id,
    suite,
    className,
    name: titles.get(id) ?? id,
    subject,
    title: message,
    level: severity,
    status: severity === 'error' ? 'fail' : 'pass',
    details: [`expected: ${expected}`, `observed: ${observed}`],
    place: { file, line, column, endColumn: column + Math.max(1, length) },
    fingerprint: `${id}:${subject}:${expected}`,
  }))
  const unread = problems.map(({ code, message, place, next }): Result => ({
    id: code,
    suite,
    className,
    name: `${place?.file ?? 'input'} can be read`,
    subject: place?.file ?? 'input',
    title: message,
    level: 'error',
    status: 'unknown',
    cause: code,
    details: next === undefined ? [] : [next],
    place: { file: place?.file ?? '', line: place?.line ?? 1, ...(place?.column === undefined ? {} : { column: place.column }) },
    fingerprint: `${code}:${place?.file ?? ''}`,
  }))
  const found = new Set(findings.map(({ id }) => id))
  const passed = metas
    .filter(({ id }) => !found.has(id))
    .map(({ id, title }): Result => ({
      id,
      suite,
      className,
      name: title,
      subject: '',
      title,
      level: 'none',
      status: 'pass',
      details: [],
      place: { file: '', line: 1 },
      fingerprint: id,
    }))
  return {
    name: suite,
    version,
    checks: [
      ...metas.map(({ id, failureTitle, why, severity = 'error' }) => ({ id, title: failureTitle, why, level: severity })),
      ...[
        ...new Map(problems.map(({ code }) => [code, { id: code, title: 'The input cannot be read', level: 'error' as const }])).values(),
      ],
    ],
    results: [
      ...failed,
      ...unread,
      ...passed,
      ...(summary.unreviewed === undefined ? [] : [unreviewedResult(summary.unreviewed, rung, suite, className)]),
    ],
    invocation: {
      completed: problems.length === 0,
      exitCode: exitCodeOf({ findings, problems }),
      notes: summary.unreviewed === undefined ? [] : [unreviewedText(summary.unreviewed, rung)],
    },
  }
}

/** Verdicts, each at the first line of the journal that it rests on. */
export function resultsOfReport(report: Report): Results {
  const results = [
    ...report.rules.flatMap(({ alert, experiments }) => [
      ...(experiments.length > 0 ? [] : [undrilled(alert)]),
      ...experiments.flatMap(({ id, verdicts }) => verdicts.map((verdict) => resultOf(verdict, `${alert} / ${id}`, `${alert}.${id}`))),
    ]),
    ...[...new Set(report.others.map(({ subject }) => subject))].flatMap((subject) =>
      report.others.filter((verdict) => verdict.subject === subject).map((verdict) => resultOf(verdict, subject, subject)),
    ),
  ]
  results.push(...drifts(report.history).map(driftResult))
  if (report.unreviewed !== undefined) results.push(unreviewedResult(report.unreviewed, 'the drill', 'run', 'run'))
  const ids = [...new Set(results.map(({ id }) => id))].sort()
  return {
    name: `firedrill ${report.runId}`,
    version: /\d+(\.\d+)+\S*/.exec(report.tool)?.[0] ?? '0.0.0',
    checks: ids.map((id) => ({ id, title: results.find((result) => result.id === id && result.status === 'fail')?.title ?? id })),
    // Readers of JUnit look at cases only: a run that did not end must not look like one in which all went well.
    results: report.ended === 'completed' ? results : [...results, notEnded(report)],
    invocation: {
      completed: report.ended === 'completed',
      exitCode: report.exitCode,
      startedMs: report.startedMs,
      endedMs: report.endedMs,
      notes: report.problems,
    },
  }
}

function resultOf(verdict: Verdict, suite: string, className: string): Result {
  const { check, status, subject, alert, title, expected, observed, cause, diagnosis } = verdict
  return {
    id: check,
    suite,
    className,
    name: check,
    status,
    subject,
    title,
    level: status === 'fail' ? 'error' : status === 'unknown' ? 'warning' : 'none',
    details: [
      `expected: ${expected}`,
      `observed: ${observed}`,
      ...(diagnosis === undefined ? [] : [`why: ${diagnosis}`]),
      `journal: ${pointers(verdict.pointers)}`,
    ],
    ...(cause === undefined ? {} : { cause }),
    place: { file: 'journal.ndjson', line: (verdict.pointers[0] ?? 0) + 1 },
    ...(alert === undefined ? {} : { logicalName: `${alert}/${subject}` }),
    fingerprint: `${check}:${subject}`,
  }
}

function undrilled(alert: string): Result {
  return {
    id: 'not-drilled',
    suite: alert,
    className: alert,
    name: 'not-drilled',
    status: 'skipped',
    level: 'none',
    subject: alert,
    title: `${alert} has no experiment: lint and simulate alone prove it`,
    details: [],
    place: { file: 'journal.ndjson', line: 1 },
    logicalName: alert,
    fingerprint: `not-drilled:${alert}`,
  }
}

function driftResult({ id, alert, text }: DriftFound): Result {
  return {
    id: 'delay-drift',
    suite: `${alert} / ${id}`,
    className: `${alert}.${id}`,
    name: 'delay-drift',
    status: 'pass',
    level: 'warning',
    subject: id,
    title: text,
    details: [],
    place: { file: 'journal.ndjson', line: 1 },
    logicalName: `${alert}/${id}`,
    fingerprint: `delay-drift:${id}`,
  }
}

/** Copied from what is deployed: what passed was not held against a promise that a person made. */
function unreviewedResult(unreviewed: Unreviewed, by: 'the drill' | Findings['rung'], suite: string, className: string): Result {
  return {
    id: 'rules-not-reviewed',
    suite,
    className,
    name: 'every rule of the specification is reviewed',
    status: 'pass',
    level: 'warning',
    subject: unreviewed.alerts.join(', '),
    title: unreviewedText(unreviewed, by),
    details: [],
    place: { file: by === 'the drill' ? 'journal.ndjson' : '', line: 1 },
    fingerprint: 'rules-not-reviewed',
  }
}

function notEnded({ ended, problems }: Report): Result {
  return {
    id: 'run-completed',
    suite: 'run',
    className: 'run',
    name: 'the run came to its end',
    status: 'unknown',
    level: 'none',
    subject: 'run',
    title: `it ended: ${ended}`,
    cause: 'incomplete',
    details: [...problems],
    place: { file: 'journal.ndjson', line: 1 },
    fingerprint: 'run-completed',
  }
}

/** The first few are enough to find the place; all of them are in the JSON. */
export function pointers(seqs: readonly number[]): string {
  const shown = seqs.slice(0, 8).map((seq) => `#${seq}`)
  return shown.join(' ') + (seqs.length > 8 ? ` and ${seqs.length - 8} more` : '')
}

/** Left out where a damaged journal holds no time. */
export function utc(ms: number | undefined): string | undefined {
  return ms !== undefined && Number.isFinite(ms) ? `${dateTime(ms).replace(' ', 'T')}Z` : undefined
}

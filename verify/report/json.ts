import type { LocatedFinding } from '../model/lint-finding.ts'
import { REPORT_SCHEMA } from '../model/report.ts'
import type { Report, ReportFile } from '../model/report.ts'
import type { Findings } from './result.ts'

/** A value for programs: verdicts, a list. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

/** report.json: the report of a drill as it is, with the name of its schema. */
export function reportJson(report: Report): string {
  return json({ $schema: REPORT_SCHEMA, ...report } satisfies ReportFile)
}

/** The stable interface of `lint --format json` and `simulate --format json`: { findings, summary }, and what could not be read. */
export function findingsJson({ findings, summary, problems }: Findings): string {
  const unreadable = problems.map(({ code, message, place, next }) => ({
    code,
    message,
    file: place?.file ?? '',
    line: place?.line ?? 1,
    column: place?.column ?? 1,
    next: next ?? '',
  }))
  const shown = findings.map(({ length: _, source: __, ...finding }: LocatedFinding) => finding)
  return json({ findings: shown, summary, ...(unreadable.length > 0 ? { problems: unreadable } : {}) })
}

import type { LocatedFinding } from '../model/finding.ts'
import type { Findings } from './result.ts'

/** A value for programs: the report of a drill as it is, verdicts, a list. */
export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
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

import { toFinding } from '../lint.ts'
import type { LocatedFinding } from '../lint.ts'
import type { FiredrillError } from '../../model/error.ts'
import type { FindingSummary } from '../../model/finding.ts'

/** The stable interface: { findings, summary }, and what could not be read. */
export function formatJson(findings: LocatedFinding[], summary: FindingSummary, problems: FiredrillError[]): string {
  const unreadable = problems.map((problem) => ({
    code: problem.code,
    message: problem.message,
    file: problem.place?.file ?? '',
    line: problem.place?.line ?? 1,
    column: problem.place?.column ?? 1,
    next: problem.next ?? '',
  }))
  return `${JSON.stringify({ findings: findings.map(toFinding), summary, ...(unreadable.length > 0 ? { problems: unreadable } : {}) }, null, 2)}\n`
}

import type { Finding } from '../model/lint-finding.ts'
import type { Rung } from '../model/rung.ts'
import type { VerdictStatus } from '../model/verdict.ts'

/** The rungs of a header that are whole: a journal that was damaged by a disk may hold anything. */
export function wholeRungs(rungs: unknown): Rung[] {
  if (!Array.isArray(rungs)) return []
  return (rungs as unknown[]).filter((rung): rung is Rung => {
    if (typeof rung !== 'object' || rung === null) return false
    const { rung: name, files, findings, untested, problems } = rung as Record<string, unknown>
    return (
      (name === 'lint' || name === 'simulate') &&
      [files, untested, problems].every((texts) => Array.isArray(texts) && texts.every((text) => typeof text === 'string')) &&
      Array.isArray(findings) &&
      findings.every(isFinding)
    )
  })
}

function isFinding(finding: unknown): finding is Finding {
  if (typeof finding !== 'object' || finding === null) return false
  const { id, severity, subject, file, line, column, expected, observed, message } = finding as Record<string, unknown>
  return (
    [id, subject, file, expected, observed, message].every((text) => typeof text === 'string') &&
    (severity === 'error' || severity === 'warning' || severity === 'note') &&
    typeof line === 'number' &&
    typeof column === 'number'
  )
}

/** Where a program refuses a whole file, no rule of it has been tested: the subjects of such findings of simulate. */
const OF_ALL: ReadonlySet<string> = new Set(['rules', 'routing', 'Alertmanager'])

/** What a rung says of one rule, with the findings that say so; null: it was not run. Passed has only what was tested and found right. */
export function rungStatus(rung: Rung | undefined, alert: string): { status: VerdictStatus | null; findings: Finding[]; because: string } {
  if (rung === undefined) return { status: null, findings: [], because: '' }
  const findings = rung.findings.filter(
    ({ severity, subject }) => severity === 'error' && (subject === alert || (rung.rung === 'simulate' && OF_ALL.has(subject))),
  )
  if (findings.length > 0) return { status: 'fail', findings, because: '' }
  const [problem] = rung.problems
  if (problem !== undefined) return { status: 'unknown', findings: [], because: problem }
  const untested = rung.untested.find((text) => /^(?:rules|routing|delivery): /.test(text) || ofAlert(text, alert))
  if (untested !== undefined) return { status: 'unknown', findings: [], because: `not tested: ${untested}` }
  return { status: 'pass', findings: [], because: '' }
}

/** simulate begins with the rule: "HighLatency: ..." or the name of its test. */
function ofAlert(text: string, alert: string): boolean {
  return text.startsWith(`${alert}:`) || text.startsWith(`${alert} `)
}

/** A rung in one sentence: what it read, and how much it found. */
export function rungText({ rung, files, findings, more = 0, untested, problems }: Rung): string {
  const count = (severity: Finding['severity']): number => findings.filter((finding) => finding.severity === severity).length
  const found = (['error', 'warning', 'note'] as const).flatMap((severity) => {
    const some = count(severity)
    return some === 0 ? [] : [`${some} ${severity}${some === 1 ? '' : 's'}`]
  })
  return [
    `${rung} of ${files.length === 0 ? 'no file' : files.join(', ')}: ${found.length === 0 ? (problems.length > 0 ? 'could not tell' : 'nothing found') : found.join(', ')}`,
    ...(more > 0 ? [`${more} further findings are not here`] : []),
    ...problems,
    ...untested.map((text) => `not tested: ${text}`),
  ].join('; ')
}

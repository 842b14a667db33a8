import type { LocatedFinding } from '../lint.ts'
import type { FiredrillError } from '../../model/error.ts'
import type { LintMeta } from '../check.ts'

/** One test case a check: failure for error findings, error for what could not be read. Warnings and notes are system-out. */
export function formatJunit(
  name: string,
  findings: LocatedFinding[],
  problems: FiredrillError[],
  metas: Pick<LintMeta, 'id' | 'title'>[],
): string {
  const failed = new Set(findings.filter((finding) => finding.severity === 'error').map((finding) => finding.id))
  const cases = metas.map((meta) => {
    const mine = findings.filter((finding) => finding.id === meta.id)
    const lines = (severity: string): string[] =>
      mine
        .filter((finding) => (finding.severity === 'error') === (severity === 'error'))
        .map(
          (finding) =>
            `${finding.file}:${finding.line}:${finding.column}: ${finding.subject}: expected ${finding.expected}, observed ${finding.observed}`,
        )
    const failure = failed.has(meta.id)
      ? `<failure message="${xml(mine[0]?.message ?? '')}">${xml(lines('error').join('\n'))}</failure>`
      : ''
    const output = lines('other').length > 0 ? `<system-out>${xml(lines('other').join('\n'))}</system-out>` : ''
    return `    <testcase classname="firedrill.${name}" name="${xml(meta.title)}">${failure}${output}</testcase>`
  })
  const errors = problems.map(
    (problem) =>
      `    <testcase classname="firedrill.${name}" name="${xml(problem.place?.file ?? 'input')} can be read"><error message="${xml(problem.message)}" type="${xml(problem.code)}"/></testcase>`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite name="firedrill ${name}" tests="${cases.length + errors.length}" failures="${failed.size}" errors="${problems.length}">\n${[...cases, ...errors].join('\n')}\n  </testsuite>\n</testsuites>\n`
}

function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '?')
    .replace(/[<>&"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

import { formatError } from '../../text/error-text.ts'
import type { FiredrillError } from '../../model/error.ts'
import type { LocatedFinding } from '../lint.ts'
import type { FindingSummary } from '../../model/finding.ts'

/** For people: place, the line with a caret, what was expected and what is there. */
export function formatText(
  findings: LocatedFinding[],
  summary: FindingSummary,
  problems: FiredrillError[],
  paint: (text: string, severity: string) => string = (text) => text,
): string {
  const blocks = findings.map((finding) => {
    const lines = [
      `${finding.file}:${finding.line}:${finding.column}: ${paint(finding.severity, finding.severity)}: ${finding.subject}: ${finding.message} [${finding.id}]`,
    ]
    if (finding.source !== '') {
      const indent = finding.source.slice(0, finding.column - 1).replace(/[^\t]/g, ' ')
      const length = Math.max(1, Math.min(finding.length, finding.source.length - finding.column + 1))
      lines.push(`  ${printable(finding.source)}`, `  ${indent}${paint('^'.repeat(length), finding.severity)}`)
    }
    lines.push(`  expected: ${printable(finding.expected)}`, `  observed: ${printable(finding.observed)}`)
    return lines.join('\n')
  })
  const errors = problems.map((problem) => formatError(problem))
  const { errors: e, warnings, notes, files, checks } = summary
  const total = `${count(e, 'error')}, ${count(warnings, 'warning')}, ${count(notes, 'note')} in ${count(files, 'file')} (${count(checks, 'check')})`
  return [...errors, ...blocks, total].join('\n\n') + '\n'
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}

/** Control characters of a hostile file must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}
